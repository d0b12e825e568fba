// IAM as the tests call it: what must succeed, what must be refused and how, and the texts that an answer brings.
import { expect } from "@jest/globals";
import { ACCOUNT, type Signer, type TestPlane } from "./plane.ts";

export const EC2_TRUST = trustOf({ Service: "ec2.amazonaws.com" });
export const READ = policyOf({ Effect: "Allow", Action: "s3:GetObject", Resource: "*" });

export function policyOf(...statements: object[]): string {
  return JSON.stringify({ Version: "2012-10-17", Statement: statements });
}

export function trustOf(principal: object): string {
  return policyOf({ Effect: "Allow", Principal: principal, Action: "sts:AssumeRole" });
}

export const arn = (resource: string) => `arn:aws:iam::${ACCOUNT}:${resource}`;

type Parameters = Readonly<Record<string, string | undefined>>;

/** The body of a call that succeeds. */
export async function done(plane: TestPlane, action: string, parameters: Parameters = {}, signer?: Signer) {
  const answered = await call(plane, action, parameters, signer);
  expect(`${action} ${answered.status}\n${answered.status === 200 ? "" : answered.body}`).toBe(`${action} 200\n`);
  return answered.body;
}

/** `NoSuchEntity: The role with …`: the code and the message of a call that is refused. */
export async function refusal(plane: TestPlane, action: string, parameters: Parameters = {}, signer?: Signer) {
  const { status, body } = await call(plane, action, parameters, signer);
  return status === 200 ? "not refused" : `${texts(body, "Code")[0]}: ${texts(body, "Message")[0]}`;
}

function call(plane: TestPlane, action: string, parameters: Parameters, signer: Signer | undefined) {
  const given = Object.entries(parameters).filter((pair): pair is [string, string] => pair[1] !== undefined);
  return plane.query(serviceOf(action), { Action: action, ...Object.fromEntries(given) }, signer);
}

function serviceOf(action: string): "iam" | "sts" | "ec2" {
  if (["AssumeRole", "GetCallerIdentity"].includes(action)) return "sts";
  return /Instances$|InstanceProfileAssociation/.test(action) ? "ec2" : "iam";
}

/** The texts of all elements of a name, in their order. */
export function texts(body: string, name: string): string[] {
  return [...body.matchAll(new RegExp(`<${name}>([^<]*)</${name}>`, "g"))].map(([, text]) => unescaped(text!));
}

function unescaped(text: string): string {
  return text.replaceAll("&quot;", '"').replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");
}

/** The credentials that an AssumeRole or CreateAccessKey answered. */
export function signerIn(body: string): Signer {
  const [accessKeyId = ""] = texts(body, "AccessKeyId");
  const [secretAccessKey = ""] = texts(body, "SecretAccessKey");
  const [sessionToken] = texts(body, "SessionToken");
  return { accessKeyId, secretAccessKey, ...(sessionToken !== undefined && { sessionToken }) };
}

/** A role that `alice` may take. */
export async function roleFor(plane: TestPlane, name: string, ...statements: object[]): Promise<void> {
  const trust = trustOf({ AWS: arn("user/alice") });
  await done(plane, "CreateRole", { RoleName: name, AssumeRolePolicyDocument: trust });
  if (statements.length === 0) return;
  const parameters = { RoleName: name, PolicyName: "rights", PolicyDocument: policyOf(...statements) };
  await done(plane, "PutRolePolicy", parameters);
}

export async function sessionOf(plane: TestPlane, role: string, signer: Signer): Promise<Signer> {
  return signerIn(
    await done(plane, "AssumeRole", { RoleArn: arn(`role/${role}`), RoleSessionName: "nightly" }, signer),
  );
}
