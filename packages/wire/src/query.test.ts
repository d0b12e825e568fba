// The query protocol and EC2's dialect of it: forms in, XML and JSON out.
import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { AwsError } from "./error.ts";
import { parseForm } from "./form.ts";
import { Malformed, UnknownMember } from "./operation.ts";
import {
  decodeQuery,
  encodeEc2,
  encodeEc2Error,
  encodeQuery,
  encodeQueryError,
  encodeQueryJson,
  encodeQueryJsonError,
} from "./query.ts";
import { boolean, emptyResult, integer, list, named, required, string, struct, timestamp } from "./shape.ts";
import { parseXml, type XmlElement } from "./xml.ts";

const Tag = struct({ Key: string(), Value: string() });
const Shape = struct(
  {
    Name: required(string()),
    Count: integer(),
    IsOn: boolean(),
    Since: timestamp(),
    Ids: named(list(string()), { sent: "Id", answered: "idSet" }),
    Tags: list(Tag),
    Place: struct({ Zone: string() }, ["Host"]),
  },
  ["Colour"],
);
const operation = { name: "Look", input: Shape, output: Shape };

const read = (dialect: "query" | "ec2", form: string) => decodeQuery(dialect, operation, parseForm(form));

test.each([
  { dialect: "query", form: "Action=Look&Version=1&Name=a", value: { Name: "a" } },
  {
    dialect: "query",
    form: "Name=&Count=-3&IsOn=TRUE&Since=2026-11-23T05:30:00Z",
    value: { Name: "", Count: -3, IsOn: true, Since: 1795411800000 },
  },
  {
    dialect: "query",
    form: "Tags.member.2.Key=b&Tags.member.1.Key=a&Tags.member.1.Value=v",
    value: { Tags: [{ Key: "a", Value: "v" }, { Key: "b" }] },
  },
  { dialect: "query", form: "Tags.1.Key=a", value: { Tags: [{ Key: "a" }] } },
  { dialect: "query", form: "Tags=", value: { Tags: [] } },
  { dialect: "query", form: "Id.member.1=x&Place.Zone=z&Unknown=1", value: { Ids: ["x"], Place: { Zone: "z" } } },
  {
    dialect: "ec2",
    form: "Id.1=x&Id.2=y&Tags.1.Key=a&Place.Zone=z",
    value: { Ids: ["x", "y"], Tags: [{ Key: "a" }], Place: { Zone: "z" } },
  },
] as const)("$dialect: $form", ({ dialect, form, value }) => {
  expect(read(dialect, form)).toEqual(value);
});

test.each([
  { form: "Count=", path: "Count", expected: "integer" },
  { form: "Count=1.5", path: "Count", expected: "integer" },
  { form: "Count=0x10", path: "Count", expected: "integer" },
  { form: "Count=9999999999999999", path: "Count", expected: "integer" },
  { form: "IsOn=yes", path: "IsOn", expected: "boolean" },
  { form: "Since=yesterday", path: "Since", expected: "timestamp" },
  { form: "Name.x=1", path: "Name", expected: "string" },
  { form: "Tags.member.1.Key.x=1", path: "Tags.1.Key", expected: "string" },
])("$form is of the wrong type", ({ form, path, expected }) => {
  const thrown = catching(() => read("query", form));
  expect(thrown).toBeInstanceOf(Malformed);
  expect(thrown).toMatchObject({ path, expected });
});

test.each(["query", "ec2"] as const)("%s: a member that is lacking is told by name", (dialect) => {
  const lacking = { code: "NotImplemented", status: 501 };
  expect(catching(() => read(dialect, "Colour=blue"))).toMatchObject({
    ...lacking,
    message: "Look Colour is not implemented by rolemint",
  });
  expect(catching(() => read(dialect, "Place.Host=h"))).toMatchObject({
    ...lacking,
    message: "Look Place.Host is not implemented by rolemint",
  });
});

test("ec2: a member that nobody knows is refused", () => {
  expect(catching(() => read("ec2", "Unknown=1"))).toEqual(new UnknownMember("Unknown"));
  expect(catching(() => read("ec2", "Place.Floor=1"))).toEqual(new UnknownMember("Place.Floor"));
});

const answer = { Name: "a<b", Since: 1795411800000, Ids: [], Tags: [{ Key: "k", Value: "" }], Place: {} };

test("query: an answer is wrapped twice, with whole seconds", () => {
  expect(encodeQuery(operation, answer, "urn:x", "id").body).toBe(`<LookResponse xmlns="urn:x">
  <LookResult>
    <Name>a&lt;b</Name>
    <Since>2026-11-23T05:30:00Z</Since>
    <idSet/>
    <Tags>
      <member>
        <Key>k</Key>
        <Value></Value>
      </member>
    </Tags>
    <Place/>
  </LookResult>
  <ResponseMetadata>
    <RequestId>id</RequestId>
  </ResponseMetadata>
</LookResponse>
`);
});

test("ec2: an answer has lower-case names, items and milliseconds", () => {
  expect(encodeEc2(operation, answer, "urn:x", "id").body).toBe(`<?xml version="1.0" encoding="UTF-8"?>
<LookResponse xmlns="urn:x">
    <requestId>id</requestId>
    <name>a&lt;b</name>
    <since>2026-11-23T05:30:00.000Z</since>
    <idSet/>
    <tags>
        <item>
            <key>k</key>
            <value></value>
        </item>
    </tags>
    <place/>
</LookResponse>`);
});

test.each([
  { why: "nothing to say", output: struct({}), result: "" },
  { why: "an empty result", output: emptyResult, result: "  <LookResult/>\n" },
])("query: $why", ({ output, result }) => {
  const metadata = "  <ResponseMetadata>\n    <RequestId>id</RequestId>\n  </ResponseMetadata>\n";
  const body = `<LookResponse xmlns="urn:x">\n${result}${metadata}</LookResponse>\n`;
  expect(encodeQuery({ ...operation, output }, {}, "urn:x", "id").body).toBe(body);
});

test("ec2: nothing to say is true", () => {
  expect(encodeEc2({ ...operation, output: struct({}) }, {}, "urn:x", "id").body).toMatch(
    "    <return>true</return>\n",
  );
});

test("errors: sender or receiver by the status, text escaped", () => {
  const refused = new AwsError("NoSuchEntity", 404, "no <b>");
  const broken = new AwsError("InternalFailure", 500, "oh");
  const { status, contentType, body } = encodeQueryError(refused, "urn:x", "id");
  expect([status, contentType]).toEqual([404, "text/xml"]);
  expect(body).toMatch("<Type>Sender</Type>\n    <Code>NoSuchEntity</Code>\n    <Message>no &lt;b&gt;</Message>");
  expect(encodeQueryError(broken, "urn:x", "id").body).toMatch("<Type>Receiver</Type>");
  const ec2 = "<Errors><Error><Code>NoSuchEntity</Code><Message>no &lt;b&gt;</Message></Error></Errors>";
  expect(encodeEc2Error(refused, "id").body).toMatch(`<Response>${ec2}<RequestID>id</RequestID></Response>`);
});

test("the same in JSON", () => {
  const metadata = { ResponseMetadata: { RequestId: "id" } };
  const { body } = encodeQueryJson(operation, { Name: "a", Since: 1500 }, "id");
  expect(JSON.parse(body)).toEqual({ LookResponse: { LookResult: { Name: "a", Since: 1.5 }, ...metadata } });
  const empty = encodeQueryJson({ ...operation, output: struct({}) }, {}, "id").body;
  expect(JSON.parse(empty)).toEqual({ LookResponse: metadata });
  const refused = encodeQueryJsonError(new AwsError("X", 400, "no"), "id").body;
  expect(JSON.parse(refused)).toEqual({ Error: { Code: "X", Message: "no", Type: "Sender" }, RequestId: "id" });
});

const text = fc.string({ unit: "grapheme" });
const values = fc.record(
  {
    Name: text,
    Count: fc.integer(),
    IsOn: fc.boolean(),
    Ids: fc.array(text, { minLength: 1 }),
    Tags: fc.array(fc.record({ Key: text, Value: text }), { minLength: 1 }),
    Place: fc.record({ Zone: text }),
  },
  { requiredKeys: ["Name"] },
);

test.each([
  { dialect: "query", item: ".member" },
  { dialect: "ec2", item: "" },
] as const)("$dialect: a form is read as it was meant", ({ dialect, item }) => {
  fc.assert(
    fc.property(values, (value) => {
      const { Ids, ...rest } = value;
      const pairs = pairsOf({ ...rest, ...(Ids && { Id: Ids }) }, "", item);
      expect(read(dialect, new URLSearchParams(pairs).toString())).toEqual(value);
    }),
  );
});

function pairsOf(value: unknown, path: string, item: string): [string, string][] {
  if (Array.isArray(value)) return value.flatMap((one, index) => pairsOf(one, `${path}${item}.${index + 1}`, item));
  if (typeof value !== "object" || value === null) return [[path, String(value)]];
  return Object.entries(value).flatMap(([name, one]) => pairsOf(one, path === "" ? name : `${path}.${name}`, item));
}

test("an answer is XML that says what it was given", () => {
  fc.assert(
    fc.property(values, (value) => {
      const root = parseXml(encodeQuery(operation, value, "urn:x", "id").body)!;
      expect(said(root.children[0]!)).toEqual(expected(value));
    }),
  );
});

/** An element as its text, or as its children by name; a list as the list of its members. */
function said(element: XmlElement): unknown {
  const { children } = element;
  if (children.length === 0) return element.text;
  if (children.every(({ name }) => name === "member")) return children.map(said);
  return Object.fromEntries(children.map((child) => [child.name === "idSet" ? "Ids" : child.name, said(child)]));
}

function expected(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(expected);
  if (typeof value !== "object" || value === null) return String(value);
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, expected(one)]));
}

function catching(work: () => unknown): unknown {
  try {
    return work();
  } catch (thrown) {
    return thrown;
  }
}
