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
