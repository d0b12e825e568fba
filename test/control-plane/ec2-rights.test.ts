// Denials that look at what a call on an instance asks for, and at what the instance has.
// https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2.html#amazonec2-policy-keys
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { EC2_TRUST } from "../support/iam-calls.ts";
import { ACCOUNT, openTestPlane, type Signer, type TestPlane } from "../support/plane.ts";

const ADMIN = `arn:aws:iam::${ACCOUNT}:instance-profile/admin`;

let plane: TestPlane;
let InstanceId: string;
beforeAll(async () => {
  plane = openTestPlane();
  for (const name of ["admin", "plain"]) {
    await plane.query("iam", { Action: "CreateRole", RoleName: name, AssumeRolePolicyDocument: EC2_TRUST });
    await plane.query("iam", { Action: "CreateInstanceProfile", InstanceProfileName: name });
    await plane.query("iam", { Action: "AddRoleToInstanceProfile", InstanceProfileName: name, RoleName: name });
  }
  const launched = await plane.query("ec2", { Action: "RunInstances", MinCount: "1", MaxCount: "1" });
  InstanceId = /<instanceId>([^<]*)/.exec(String(launched.body))![1]!;
});
afterAll(() => plane.close());

let count = 0;
/** May do everything but what is denied. */
function userWithout(denied: object): Signer {
  const statements = [
    { Effect: "Allow", Action: "*", Resource: "*" },
    { Effect: "Deny", Action: "ec2:*", Resource: "*", Condition: denied },
  ];
  return plane.userWith(`user-${++count}`, { Version: "2012-10-17", Statement: statements });
}

async function statusUnder(denied: object, parameters: Record<string, string>): Promise<number> {
  return (await plane.query("ec2", { DryRun: "true", ...parameters }, userWithout(denied))).status;
}

const MODIFY = { Action: "ModifyInstanceMetadataOptions" };
const NOT_REQUIRED = {
  StringNotEquals: { "ec2:Attribute/HttpTokens": "required" },
  Null: { "ec2:Attribute/HttpTokens": "false" },
};
const FAR = { NumericGreaterThan: { "ec2:Attribute/HttpPutResponseHopLimit": "2" } };

// 412 is what DryRun answers where it would have been done.
test.each([
  ["tokens that would be optional", NOT_REQUIRED, { ...MODIFY, HttpTokens: "optional" }, 403],
  ["tokens that would be required", NOT_REQUIRED, { ...MODIFY, HttpTokens: "required" }, 412],
  ["tokens that are not spoken of", NOT_REQUIRED, { ...MODIFY, HttpEndpoint: "enabled" }, 412],
  ["a hop limit over the limit", FAR, { ...MODIFY, HttpPutResponseHopLimit: "3" }, 403],
  ["a hop limit within it", FAR, { ...MODIFY, HttpPutResponseHopLimit: "2" }, 412],
  [
    "an instance by the options that it has",
    { StringEquals: { "ec2:MetadataHttpTokens": "required" } },
    { Action: "TerminateInstances" },
    403,
  ],
])("a denial of %s", async (_, denied, parameters, status) => {
  const target: Record<string, string> = {
    [parameters.Action === "TerminateInstances" ? "InstanceId.1" : "InstanceId"]: InstanceId,
  };
  expect(await statusUnder(denied, { ...parameters, ...target })).toBe(status);
});

test.each([
  ["by its name", { "IamInstanceProfile.Name": "admin" }, 403],
  ["by its ARN", { "IamInstanceProfile.Arn": ADMIN }, 403],
  ["but not of another", { "IamInstanceProfile.Name": "plain" }, 412],
])("a denial of launching with a profile %s", async (_, profile, status) => {
  const launch = { Action: "RunInstances", MinCount: "1", MaxCount: "1", ...profile };
  expect(await statusUnder({ ArnEquals: { "ec2:InstanceProfile": ADMIN } }, launch)).toBe(status);
});

test.each([
  ["by its name", { "IamInstanceProfile.Name": "admin" }],
  ["by its ARN", { "IamInstanceProfile.Arn": ADMIN }],
])("a denial of handing over a profile %s", async (_, profile) => {
  const signer = userWithout({ ArnEquals: { "ec2:NewInstanceProfile": ADMIN } });
  const associate = { Action: "AssociateIamInstanceProfile", InstanceId };
  expect((await plane.query("ec2", { ...associate, ...profile }, signer)).status).toBe(403);
  const associated = await plane.query("ec2", { ...associate, "IamInstanceProfile.Name": "plain" }, signer);
  expect(associated.status).toBe(200);
  const AssociationId = /<associationId>([^<]*)/.exec(String(associated.body))![1]!;
  const replace = { Action: "ReplaceIamInstanceProfileAssociation", AssociationId, ...profile };
  expect((await plane.query("ec2", replace, signer)).status).toBe(403);
  const disassociate = { Action: "DisassociateIamInstanceProfile", AssociationId };
  expect((await plane.query("ec2", disassociate, signer)).status).toBe(200);
});

const LAUNCH = { Action: "RunInstances", MinCount: "1", MaxCount: "1", InstanceType: "t3.micro" };
const TAGGED = {
  ...LAUNCH,
  "TagSpecification.1.ResourceType": "instance",
  "TagSpecification.1.Tag.1.Key": "team",
  "TagSpecification.1.Tag.1.Value": "blue",
};
const IS_SMALL = { StringEquals: { "ec2:InstanceType": "t3.micro" } };
const IS_BLUE = { StringEquals: { "aws:RequestTag/team": "blue" } };
const INSTANCES = "arn:aws:ec2:*:*:instance/*";
const allow = (Action: string, Resource: unknown, Condition?: object) => ({
  Effect: "Allow",
  Action,
  Resource,
  Condition,
});
const deny = (Resource: string, Condition: object) => ({ Effect: "Deny", Action: "ec2:*", Resource, Condition });
const all = allow("ec2:*", "*");
const notOfInstances = allow(
  "ec2:RunInstances",
  ["network-interface", "security-group", "subnet", "volume"]
    .map((kind) => `arn:aws:ec2:*:*:${kind}/*`)
    .concat("arn:aws:ec2:*::image/*"),
);
const IS_ELSEWHERE = { StringNotLike: { "ec2:AvailabilityZone": "us-east-1*" } };
const IS_ALONE = { StringNotEquals: { "ec2:Tenancy": "default" } };
const MAY_BE_V1 = { StringNotEquals: { "ec2:MetadataHttpTokens": "required" } };
const IS_SPOT = { StringNotEquals: { "ec2:InstanceMarketType": "on-demand" } };
const IS_PLAIN = { Bool: { "ec2:Encrypted": "false" } };
const IN_A_VPC = { ArnLike: { "ec2:Vpc": "arn:aws:ec2:*:*:vpc/*" } };

test.each([
  // A type is of the instance alone: on everything else that is used the condition does not hold.
  ["allows on everything by the type", LAUNCH, [allow("ec2:RunInstances", "*", IS_SMALL)], 403],
  ["allows instances by the type", LAUNCH, [allow("ec2:RunInstances", INSTANCES, IS_SMALL), notOfInstances], 412],
  ["allows on everything by a tag", TAGGED, [allow("ec2:*", "*", IS_BLUE)], 403],
  ["allows instances by a tag", TAGGED, [allow("ec2:*", INSTANCES, IS_BLUE), notOfInstances], 412],
  ["allows on everything by the VPC", LAUNCH, [allow("ec2:*", "*", IN_A_VPC)], 403],
  ["denies subnets of the VPC", LAUNCH, [all, deny("arn:aws:ec2:*:*:subnet/*", IN_A_VPC)], 403],
  [
    "denies everything without tokens",
    { ...LAUNCH, "MetadataOptions.HttpTokens": "required" },
    [all, deny("*", MAY_BE_V1)],
    403,
  ],
  [
    "denies instances without tokens",
    { ...LAUNCH, "MetadataOptions.HttpTokens": "required" },
    [all, deny(INSTANCES, MAY_BE_V1)],
    412,
  ],
  ["denies instances elsewhere", LAUNCH, [all, deny(INSTANCES, IS_ELSEWHERE)], 412],
  ["denies instances of another tenancy", LAUNCH, [all, deny(INSTANCES, IS_ALONE)], 412],
  ["denies spot instances", LAUNCH, [all, deny(INSTANCES, IS_SPOT)], 412],
  ["denies volumes that are not encrypted", LAUNCH, [all, deny("arn:aws:ec2:*:*:volume/*", IS_PLAIN)], 403],
])("a policy that %s", async (_, parameters, Statement, status) => {
  const signer = plane.userWith(`user-${++count}`, { Version: "2012-10-17", Statement });
  expect((await plane.query("ec2", { DryRun: "true", ...parameters }, signer)).status).toBe(status);
});

test.each([
  ["elsewhere", IS_ELSEWHERE],
  ["of another tenancy", IS_ALONE],
  ["of the spot market", IS_SPOT],
])("a denial of instances %s leaves those that are there", async (_, denied) => {
  expect(await statusUnder(denied, { Action: "TerminateInstances", "InstanceId.1": InstanceId })).toBe(412);
});

// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ExamplePolicies_EC2.html#iam-example-region
test.each<[Record<string, string>, number]>([
  [{ Action: "DescribeInstances" }, 200],
  [{ Action: "DescribeIamInstanceProfileAssociations" }, 200],
  [{ ...TAGGED, DryRun: "true" }, 412],
  [{ ...MODIFY, HttpTokens: "required", InstanceId: "i-0123456789abcdef0", DryRun: "true" }, 412],
])("a denial of other regions leaves %p, one of this region does not", async (parameters, status) => {
  for (const [operator, expected] of [
    ["StringNotEquals", status],
    ["StringEquals", 403],
  ] as const) {
    const signer = userWithout({ [operator]: { "ec2:Region": "us-east-1" } });
    expect((await plane.query("ec2", parameters, signer)).status).toBe(expected);
  }
});

test.each([
  // Tags of a volume need no right to tag instances; that there is no volume to tag is said by name.
  ["volume", 501, "NotImplemented"],
  ["image", 400, "InvalidParameterValue"],
])("a launch that tags a %s", async (kind, status, code) => {
  const signer = plane.userWith(`user-${++count}`, {
    Version: "2012-10-17",
    Statement: [allow("ec2:RunInstances", "*"), allow("ec2:CreateTags", "arn:aws:ec2:*:*:volume/*")],
  });
  const { status: got, body } = await plane.query(
    "ec2",
    { ...TAGGED, "TagSpecification.1.ResourceType": kind },
    signer,
  );
  expect([got, /<Code>([^<]*)/.exec(String(body))?.[1]]).toEqual([status, code]);
});
