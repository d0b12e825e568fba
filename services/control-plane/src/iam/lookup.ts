// Finding what an IAM call is about, with IAM's own refusals for what is malformed or not there.
import type { AwsError } from "@rolemint/wire";
import {
  type Account,
  type InstanceProfile,
  type ManagedPolicy,
  managedPolicy,
  type PolicyVersion,
  parseArn,
  type Role,
  type User,
  type World,
} from "@rolemint/world";

export type Fail<Code extends string> = (code: Code, message: string) => AwsError;

export function findRole(account: Account, name: string, fail: Fail<"NoSuchEntity">): Role {
  const role = account.roles.get(name);
  if (!role) throw fail("NoSuchEntity", `The role with name ${name} cannot be found.`);
  return role;
}

export function findUser(account: Account, name: string, fail: Fail<"NoSuchEntity">): User {
  const user = account.users.get(name);
  if (!user) throw fail("NoSuchEntity", `The user with name ${name} cannot be found.`);
  return user;
}

export function findInstanceProfile(account: Account, name: string, fail: Fail<"NoSuchEntity">): InstanceProfile {
  const profile = account.instanceProfiles.get(name);
  if (!profile) throw fail("NoSuchEntity", `Instance Profile ${name} cannot be found.`);
  return profile;
}

export type PolicyArnFault = "InvalidInput" | "ValidationError";

/** Refuses a text that is no ARN, and an ARN that is none of a managed policy. */
export function checkPolicyArn(arn: string, fail: Fail<PolicyArnFault>): void {
  const parts = parseArn(arn);
  if (!parts) throw fail("ValidationError", "Invalid ARN:  Could not be parsed!");
  if (parts.service !== "iam" || !parts.resource.startsWith("policy/")) {
    throw fail("InvalidInput", `ARN ${arn} is not valid.`);
  }
}

/** AWS's own or one of this account; a policy of another account is not there for this one. */
export function usablePolicy(world: World, account: Account, arn: string): ManagedPolicy | undefined {
  const owner = parseArn(arn)?.account;
  return owner === account.id || owner === "aws" ? managedPolicy(world, arn) : undefined;
}

/** IAM has two sentences for a policy that is not there: one for reading it, one for what needs its text. */
export function findPolicy(
  world: World,
  account: Account,
  arn: string,
  fail: Fail<PolicyArnFault | "NoSuchEntity">,
  sentence: "was not found." | "does not exist or is not attachable.",
): ManagedPolicy {
  checkPolicyArn(arn, fail);
  const policy = usablePolicy(world, account, arn);
  if (!policy) throw fail("NoSuchEntity", `Policy ${arn} ${sentence}`);
  return policy;
}

export function findPolicyVersion(
  world: World,
  account: Account,
  arn: string,
  id: string,
  fail: Fail<PolicyArnFault | "NoSuchEntity">,
): { readonly policy: ManagedPolicy; readonly version: PolicyVersion } {
  checkPolicyArn(arn, fail);
  const policy = usablePolicy(world, account, arn);
  const version = policy?.versions.find((one) => one.id === id);
  if (!policy || !version) {
    throw fail("NoSuchEntity", `Policy ${arn} version ${id} does not exist or is not attachable.`);
  }
  return { policy, version };
}
