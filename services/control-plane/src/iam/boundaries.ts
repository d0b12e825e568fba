// Permissions boundaries: any managed policy that the account can use may be one.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html
import type { Account, World } from "@rolemint/world";
import { checkPolicyArn, type Fail, type PolicyArnFault, usablePolicy } from "./lookup.ts";

/** Refuses an ARN that cannot be a boundary; nothing to check where none is given. */
export function checkBoundary(
  world: World,
  account: Account,
  arn: string | undefined,
  fail: Fail<PolicyArnFault | "NoSuchEntity">,
): void {
  if (arn === undefined) return;
  checkPolicyArn(arn, fail);
  if (!usablePolicy(world, account, arn)) {
    throw fail("NoSuchEntity", `Scope ARN: ${arn} does not exist or is not attachable.`);
  }
}
