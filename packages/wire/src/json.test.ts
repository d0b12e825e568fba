// JSON 1.1 both ways, and what it refuses.
import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { AwsError } from "./error.ts";
import { decodeJson, encodeJson, encodeJsonError } from "./json.ts";
import { Malformed } from "./operation.ts";
import { boolean, integer, list, required, string, struct, timestamp } from "./shape.ts";

const Shape = struct(
  {
    Name: required(string()),
    Count: integer(),
    IsOn: boolean(),
    Since: timestamp(),
    Tags: list(struct({ Key: string() }, ["Colour"])),
  },
  ["Category"],
);
const operation = { name: "Look", input: Shape, output: Shape };

test.each([
  { text: "", value: {} },
  { text: "{}", value: {} },
  {
    text: '{"Name":"a","Count":-1,"IsOn":false,"Since":1.5,"Tags":[{"Key":"k"}]}',
    value: { Name: "a", Count: -1, IsOn: false, Since: 1500, Tags: [{ Key: "k" }] },
  },
  { text: '{"Name":null,"Unknown":1}', value: {} },
  { text: '{"__proto__":{"Name":"a"},"constructor":1}', value: {} },
])("$text is read", ({ text, value }) => {
  expect(decodeJson(operation, text)).toEqual(value);
});

test.each([
  { text: "{", path: "", expected: "structure" },
  { text: "[]", path: "", expected: "structure" },
  { text: "1", path: "", expected: "structure" },
  { text: '{"Name":1}', path: "Name", expected: "string" },
  { text: '{"Count":"1"}', path: "Count", expected: "integer" },
  { text: '{"Count":1.5}', path: "Count", expected: "integer" },
  { text: '{"Count":1e300}', path: "Count", expected: "integer" },
  { text: '{"IsOn":"true"}', path: "IsOn", expected: "boolean" },
  { text: '{"Since":"2026-11-23"}', path: "Since", expected: "timestamp" },
  { text: '{"Tags":{}}', path: "Tags", expected: "list" },
  { text: '{"Tags":[{"Key":[]}]}', path: "Tags.1.Key", expected: "string" },
])("$text is of the wrong type", ({ text, path, expected }) => {
  const thrown = catching(() => decodeJson(operation, text));
  expect(thrown).toBeInstanceOf(Malformed);
  expect(thrown).toMatchObject({ path, expected });
});

test.each([
  { text: '{"Category":"insight"}', member: "Category" },
  { text: '{"Tags":[{"Colour":"blue"}]}', member: "Tags.1.Colour" },
])("$text asks for what is lacking", ({ text, member }) => {
  const message = `Look ${member} is not implemented by rolemint`;
  expect(catching(() => decodeJson(operation, text))).toMatchObject({ code: "NotImplemented", status: 501, message });
});

test("an answer has its members only, and an error its type", () => {
  const answer = encodeJson(operation, { Name: "é", Since: 1500, Count: undefined });
  expect(answer).toEqual({ status: 200, contentType: "application/x-amz-json-1.1", body: '{"Name":"é","Since":1.5}' });
  const body = '{"__type":"InvalidTimeRangeException","Message":"No."}';
  const error = encodeJsonError(new AwsError("InvalidTimeRangeException", 400, "No."));
  expect(error).toEqual({ status: 400, contentType: "application/x-amz-json-1.1", body });
});

test("what is written is read", () => {
  const values = fc.record(
    {
      Name: fc.string({ unit: "binary" }),
      Count: fc.maxSafeInteger(),
      IsOn: fc.boolean(),
      Since: fc.integer({ min: 0, max: 4e12 }),
      Tags: fc.array(fc.record({ Key: fc.string() }, { requiredKeys: [] })),
    },
    { requiredKeys: ["Name"] },
  );
  fc.assert(
    fc.property(values, (value) => {
      expect(decodeJson(operation, encodeJson(operation, value).body)).toEqual(value);
    }),
  );
});

function catching(work: () => unknown): unknown {
  try {
    return work();
  } catch (thrown) {
    return thrown;
  }
}
