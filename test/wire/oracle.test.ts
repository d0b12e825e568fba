// The wire against AWS's own SDK: what its clients send is what we read, what we answer is what they read, errors too;
// and our shapes have every member that theirs have, within AWS's own limits.
import { expect, test } from "@jest/globals";
import { CLOUDTRAIL_OPERATION_NAMES } from "@rolemint/control-plane/cloudtrail/operation-names";
import { EC2_OPERATION_NAMES } from "@rolemint/control-plane/ec2/operation-names";
import { IAM_OPERATION_NAMES } from "@rolemint/control-plane/iam/operation-names";
import { STS_OPERATION_NAMES } from "@rolemint/control-plane/sts/operation-names";
import { AwsError, lowerFirst, type Member, type Shape, type StructShape } from "@rolemint/wire";
import fc from "fast-check";
import constraints from "../vectors/api-constraints.botocore.json" with { type: "json" };
import { type Oracle, oracles, type SdkShape, type SdkStruct } from "./sdk.ts";
import { structsOf } from "./values.ts";

process.env.AWS_EC2_METADATA_DISABLED = "true";

const RUNS = { numRuns: 30 };

type ServiceName = keyof typeof oracles;

const served = (Object.keys(oracles) as ServiceName[]).flatMap((service) =>
  [...oracles[service].service.actions.values()].map((action) => ({
    name: `${service} ${action.name}`,
    service,
    oracle: oracles[service] as Oracle,
    action,
  })),
);

const ANY_CALL = { method: "POST", target: "/", rawHeaders: [], body: Buffer.alloc(0), sourceIp: "", isSecure: false };

test.each(served)("$name: what the SDK sends is what we read", async ({ service, oracle, action }) => {
  await fc.assert(
    fc.asyncProperty(structsOf(action.input), async (input) => {
      const asked = oracle.service.ask(await oracle.sent(action.name, dated(action.input, input) as object));
      expect(asked.name).toBe(action.name);
      const read = asked.decode(action);
      // The SDK makes up a ClientToken where none is given.
      if (input.ClientToken === undefined) delete read.ClientToken;
      expect(read).toEqual(service === "cloudtrail" ? plain(input) : asSent(service, input));
    }),
    RUNS,
  );
});

test.each(served)("$name: what we answer is what the SDK reads", async ({ service, oracle, action }) => {
  await fc.assert(
    fc.asyncProperty(structsOf(action.output), async (output) => {
      const answer = oracle.service.encode(action, output, "7a62c49f-347e-4fc4-9331-6e8eEXAMPLE", ANY_CALL);
      const { $metadata, ...read } = await oracle.parsed(action.name, answer);
      expect($metadata).toMatchObject({ httpStatusCode: 200 });
      expect(read).toEqual(plain(dated(action.output, service === "cloudtrail" ? output : asRead(output))));
    }),
    RUNS,
  );
});

test.each(served)("$name: our errors are the SDK's", async ({ oracle, action }) => {
  const codes = [...action.errors, "NotImplemented"];
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...codes),
      fc.integer({ min: 400, max: 503 }),
      text,
      async (code, status, message) => {
        const answer = oracle.service.encodeError(new AwsError(code, status, message), "an-id", ANY_CALL);
        const error = await oracle.parsed(action.name, answer).catch((thrown: unknown) => thrown);
        const names = [code, `${code}Exception`];
        expect(names).toContain((error as Error).name);
        expect(error).toMatchObject({ message, $metadata: { httpStatusCode: status } });
      },
    ),
    RUNS,
  );
});

const text = fc.string({ unit: "grapheme", minLength: 1 }).filter((one) => one.trim() !== "");

test.each(served)("$name: every member that AWS asks for is served or known to be lacking", ({ oracle, action }) => {
  expect(differences(action.input, oracle.input(action.name), "")).toEqual([]);
});

test.each(served)("$name: no member is answered that AWS has not", ({ oracle, action }) => {
  const theirs = oracle.output(action.name);
  expect(strangers(action.output, theirs ?? { kind: "struct", members: [] }, "")).toEqual([]);
  const isAnswered = Object.keys(action.output.members).length > 0 || action.output.isWrapped === true;
  expect(isAnswered).toBe(theirs !== undefined);
});

/** Limits that AWS words in an error of its own, so that they stand in the action. */
const IN_THE_ACTION = ["ec2 DescribeIamInstanceProfileAssociations MaxResults", "cloudtrail LookupEvents MaxResults"];

test.each(served)("$name: our limits are no looser than AWS's", ({ service, action }) => {
  const ofService = constraints[service] as Readonly<Record<string, Readonly<Record<string, Limits>>>>;
  const looser = Object.entries(ofService[action.name] ?? {}).flatMap(([path, limits]) => {
    const shape = shapeAt(action.input, path);
    const isKnown = shape === undefined || IN_THE_ACTION.includes(`${service} ${action.name} ${path}`);
    return isKnown || isWithin(shape, limits) ? [] : [path];
  });
  expect(looser).toEqual([]);
});

test("the constraints cover every IAM, STS and CloudTrail action", () => {
  const covered = served.filter(({ service }) => service !== "ec2");
  const missing = covered.filter(({ service, action }) => !Object.hasOwn(constraints[service], action.name));
  expect(missing.map(({ name }) => name)).toEqual([]);
});

test.each([
  { service: "iam", names: IAM_OPERATION_NAMES },
  { service: "sts", names: STS_OPERATION_NAMES },
  { service: "ec2", names: EC2_OPERATION_NAMES },
  { service: "cloudtrail", names: CLOUDTRAIL_OPERATION_NAMES },
] as const)("$service: the names of all operations are the SDK's", ({ service, names }) => {
  expect([...names].sort()).toEqual([...oracles[service].operations].sort());
});

/** Times as the SDK has them. */
function dated(shape: Shape, value: unknown): unknown {
  switch (shape.kind) {
    case "timestamp":
      return new Date(value as number);
    case "list":
      return (value as unknown[]).map((item) => dated(shape.item, item));
    case "struct": {
      const members = Object.entries(value as object).filter(([, inside]) => inside !== undefined);
      return Object.fromEntries(members.map(([name, inside]) => [name, dated(shape.members[name]!.shape, inside)]));
    }
    default:
      return value;
  }
}

function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null || value instanceof Date) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inside]) => [name, plain(inside)]));
}

/** Forms have no way to say "a structure with nothing in it", and EC2's none to say "a list with nothing in it". */
function asSent(service: ServiceName, input: Record<string, unknown>): unknown {
  const isSent = (value: unknown): boolean => {
    if (Array.isArray(value)) return value.length === 0 ? service !== "ec2" : value.some(isSent);
    if (typeof value === "object" && value !== null) return Object.values(value).some(isSent);
    return value !== undefined;
  };
  const strip = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.filter(isSent).map(strip);
    if (typeof value !== "object" || value === null) return value;
    const members = Object.entries(value).filter(([, inside]) => isSent(inside));
    return Object.fromEntries(members.map(([name, inside]) => [name, strip(inside)]));
  };
  return strip(input);
}

/** The SDK takes text that is nothing but white space with a line break for indentation. */
function asRead(value: unknown): unknown {
  if (typeof value === "string") return /^\s*\n\s*$/.test(value) ? "" : value;
  if (Array.isArray(value)) return value.map(asRead);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inside]) => [name, asRead(inside)]));
}

/** Where our struct and the SDK's do not have the same members on the wire. */
function differences(ours: StructShape, theirs: SdkStruct, path: string): string[] {
  const served = new Map(Object.entries(ours.members).map(([name, member]) => [member.sent ?? name, member]));
  const theirNames = theirs.members.map(({ name, sent }) => sent ?? name);
  const lacking = theirNames.filter((name) => !served.has(name) && !ours.lacks.includes(name));
  const unknown = [...served.keys(), ...ours.lacks].filter((name) => !theirNames.includes(name));
  const inside = theirs.members.flatMap(({ name, sent, shape }) => {
    const member = served.get(sent ?? name);
    return member ? insideDifferences(member.shape, shape(), `${path}${name}`) : [];
  });
  return [
    ...lacking.map((name) => `${path}${name} is missing`),
    ...unknown.map((name) => `${path}${name}?`),
    ...inside,
  ];
}

function insideDifferences(ours: Shape, theirs: SdkShape, path: string): string[] {
  if (ours.kind === "struct" && theirs.kind === "struct") return differences(ours, theirs, `${path}.`);
  if (ours.kind === "list" && theirs.kind === "list") return insideDifferences(ours.item, theirs.item(), `${path}[]`);
  return isSameKind(ours, theirs) ? [] : [`${path} is ${ours.kind}, not ${theirs.kind}`];
}

function isSameKind(ours: Shape, theirs: SdkShape): boolean {
  return ours.kind === (theirs.kind === "number" ? "integer" : theirs.kind);
}

/** Members that we answer and the SDK's struct has not, or has under another name or of another kind. */
function strangers(ours: StructShape, theirs: SdkStruct, path: string): string[] {
  return Object.entries(ours.members).flatMap(([name, member]) => {
    const their = theirs.members.find((one) => one.name === name);
    if (!their) return [`${path}${name}`];
    const answered = their.answered !== undefined && their.answered !== answeredName(name, member);
    return answered
      ? [`${path}${name} as ${their.answered}`]
      : insideStrangers(member.shape, their.shape(), `${path}${name}`);
  });
}

function answeredName(name: string, member: Member): string {
  return member.answered ?? lowerFirst(name);
}

function insideStrangers(ours: Shape, theirs: SdkShape, path: string): string[] {
  if (ours.kind === "struct" && theirs.kind === "struct") return strangers(ours, theirs, `${path}.`);
  if (ours.kind === "list" && theirs.kind === "list") return insideStrangers(ours.item, theirs.item(), `${path}[]`);
  return isSameKind(ours, theirs) ? [] : [`${path} is ${ours.kind}, not ${theirs.kind}`];
}

interface Limits {
  readonly min?: number;
  readonly max?: number;
  readonly pattern?: string;
  readonly enum?: readonly string[];
}

/** The shape at `Tags[].Key`; undefined for a member that we lack. */
function shapeAt(root: StructShape, path: string): Shape | undefined {
  let shape: Shape | undefined = root;
  for (const step of path.match(/[^.[\]]+|\[\]/g) ?? []) {
    if (shape?.kind === "list" && step === "[]") shape = shape.item;
    else shape = shape?.kind === "struct" ? shape.members[step]?.shape : undefined;
  }
  return shape;
}

function isWithin(shape: Shape, limits: Limits): boolean {
  const { min, max } = shape as { min?: number; max?: number };
  const { pattern, values } = shape as { pattern?: string; values?: readonly string[] };
  const isLong = limits.min === undefined || limits.min === 0 || (min ?? 0) >= limits.min;
  const isShort = limits.max === undefined || (max ?? Number.POSITIVE_INFINITY) <= limits.max;
  const isOfPattern = limits.pattern === undefined || pattern === limits.pattern;
  const isOneOf = limits.enum === undefined || (values?.every((value) => limits.enum!.includes(value)) ?? false);
  return isLong && isShort && isOfPattern && isOneOf;
}
