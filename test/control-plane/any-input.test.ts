// Whatever is asked of the control plane, it has an answer: operations that we lack say so, and no input breaks it.
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import type { Action } from "@rolemint/control-plane/action";
import { CLOUDTRAIL_OPERATION_NAMES } from "@rolemint/control-plane/cloudtrail/operation-names";
import { ec2Actions } from "@rolemint/control-plane/ec2/index";
import { EC2_OPERATION_NAMES } from "@rolemint/control-plane/ec2/operation-names";
import { iamActions } from "@rolemint/control-plane/iam/index";
import { IAM_OPERATION_NAMES } from "@rolemint/control-plane/iam/operation-names";
import { stsActions } from "@rolemint/control-plane/sts/index";
import { STS_OPERATION_NAMES } from "@rolemint/control-plane/sts/operation-names";
import type { Shape } from "@rolemint/wire";
import fc from "fast-check";
import { arn, done, EC2_TRUST, READ } from "../support/iam-calls.ts";
import { openTestPlane, type TestPlane } from "../support/plane.ts";
import { structsOf } from "../wire/values.ts";

let plane: TestPlane;
beforeAll(async () => {
  plane = openTestPlane();
  await done(plane, "CreateRole", { RoleName: "app", AssumeRolePolicyDocument: EC2_TRUST });
  await done(plane, "CreateUser", { UserName: "app" });
  await done(plane, "CreatePolicy", { PolicyName: "app", PolicyDocument: READ });
  await done(plane, "CreateInstanceProfile", { InstanceProfileName: "app" });
});
afterAll(() => plane.close());

const served = { iam: iamActions, sts: stsActions, ec2: ec2Actions };

test.each([
  { service: "iam", names: IAM_OPERATION_NAMES },
  { service: "sts", names: STS_OPERATION_NAMES },
  { service: "ec2", names: EC2_OPERATION_NAMES },
] as const)("$service: an operation of AWS's that we lack answers 501 with its name", async ({ service, names }) => {
  for (const name of names) {
    if (served[service].has(name)) continue;
    const { status, body } = await plane.query(service, { Action: name });
    expect([name, status]).toEqual([name, 501]);
    expect(body).toContain(`<Code>NotImplemented</Code>`);
    expect(body).toContain(`<Message>${name} is not implemented by rolemint</Message>`);
  }
});

test("cloudtrail: an operation of AWS's that we lack answers 501 with its name", async () => {
  for (const name of CLOUDTRAIL_OPERATION_NAMES) {
    if (name === "LookupEvents") continue;
    const { status, body } = await plane.trail(name, {});
    const Message = `${name} is not implemented by rolemint`;
    expect([status, JSON.parse(body)]).toEqual([501, { __type: "NotImplemented", Message }]);
  }
});

const junk = fc.oneof(
  fc.constantFrom("", "-1", "999999999999999999", "{}", "[]", "null", "__proto__", "constructor", "a".repeat(3000)),
  fc.constantFrom("app", "/", "/a/", "1", "true", "v1", EC2_TRUST, READ, arn("role/app"), "\u0000", "%"),
  fc.string({ unit: "binary" }),
);

/** What is there, or might be, in the place of the names that a shape allows. */
const KNOWN: Readonly<Record<string, readonly string[]>> = {
  RoleName: ["app", "APP", "other"],
  UserName: ["app", "APP", "other"],
  InstanceProfileName: ["app", "other"],
  PolicyName: ["app", "__proto__"],
  PolicyArn: [arn("policy/app"), "arn:aws:iam::aws:policy/AWSDenyAll", arn("policy/other")],
  PermissionsBoundary: [arn("policy/app"), arn("policy/other")],
  RoleArn: [arn("role/app"), arn("role/other")],
  PolicyDocument: [READ, EC2_TRUST],
  AssumeRolePolicyDocument: [EC2_TRUST, READ],
  VersionId: ["v1", "v2"],
  MinCount: ["1"],
  MaxCount: ["0", "1", "2"],
};

/** Parameters of a form: `Tags.member.1.Key`. */
function parametersOf(shape: Shape, value: unknown, name: string, item: string): [string, string][] {
  switch (shape.kind) {
    case "struct":
      return Object.entries(value as object).flatMap(([member, inside]) => {
        const { shape: of, sent } = shape.members[member]!;
        return parametersOf(of, inside, [name, sent ?? member].filter(Boolean).join("."), item);
      });
    case "list":
      return (value as unknown[]).flatMap((one, index) =>
        parametersOf(shape.item, one, `${name}${item}.${index + 1}`, item),
      );
    case "timestamp":
      return [[name, new Date(value as number).toISOString()]];
    default:
      return [[name, String(value)]];
  }
}

const picks = Object.fromEntries(Object.entries(KNOWN).map(([name, values]) => [name, fc.constantFrom(...values)]));
const strange = fc.constantFrom("", ".", "Tags", "Tags.member", "Tags.member.x", "__proto__", "Filter.1.Value.1.x");

/** What a caller might mean by one action, and what it might get wrong. */
function callsOf(service: keyof typeof served, action: Action) {
  const item = service === "ec2" ? "" : ".member";
  const meant = fc.record({ input: structsOf(action.input), known: fc.record(picks) }).map(({ input, known }) => {
    const given = Object.entries(known).filter(([name]) => Object.hasOwn(input, name));
    return parametersOf(action.input, { ...input, ...Object.fromEntries(given) }, "", item);
  });
  const names = fc.oneof(strange, fc.constantFrom("x", ...Object.keys(action.input.members)));
  const broken = fc.oneof({ weight: 2, arbitrary: fc.constant([]) }, fc.array(fc.tuple(names, junk), { maxLength: 2 }));
  return fc.record({ service: fc.constant(service), name: fc.constant(action.name), meant, broken });
}

const calls = fc.oneof(
  ...Object.entries(served).flatMap(([service, list]) =>
    [...list.values()].map((action) => callsOf(service as keyof typeof served, action)),
  ),
);

test("no form whatever is an internal failure", async () => {
  await fc.assert(
    fc.asyncProperty(calls, async ({ service, name, meant, broken }) => {
      const parameters = Object.fromEntries([...meant, ...broken]);
      const { status } = await plane.query(service, { ...parameters, Action: name });
      expect([200, 400, 403, 404, 409, 412, 501]).toContain(status);
    }),
    { numRuns: 2000 },
  );
});

test("no JSON whatever is an internal failure", async () => {
  const names = ["LookupAttributes", "StartTime", "EndTime", "MaxResults", "NextToken", "EventCategory", "__proto__"];
  const inputs = fc.dictionary(fc.constantFrom(...names), fc.oneof(fc.jsonValue(), fc.integer(), junk));
  await fc.assert(
    fc.asyncProperty(inputs, async (input) => {
      const { status } = await plane.trail("LookupEvents", input);
      expect([200, 400, 501]).toContain(status);
    }),
    { numRuns: 300 },
  );
});
