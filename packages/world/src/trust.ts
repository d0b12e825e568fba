// Trust policies: by whom a role may be taken, by unique ids, and how its policy is shown.
import { evaluate, keepCompiled } from "@rolemint/policy";
import { boundText, shownText } from "./bound-principals.ts";
import type { Role } from "./rows.ts";
import type { World } from "./world.ts";

const compile = keepCompiled(1000);

/** The policy as it is decided by. */
export function storedTrust(role: Role): string {
  return boundText(role.trust, role.trustedIds);
}

export function shownTrust(world: World, role: Role): string {
  return shownText(world, role.trust, role.trustedIds);
}

/** Whether EC2 may take the role for an instance. */
export function ec2MayAssume(world: World, role: Role): boolean {
  const principal = { type: "AWSService", service: "ec2.amazonaws.com" } as const;
  const { accountId, arn } = role;
  const request = { principal, action: "sts:AssumeRole", resource: arn, resourceAccount: accountId };
  const context = { "aws:requestedregion": world.region, "aws:sourceaccount": accountId };
  const trust = compile("trust", arn, storedTrust(role));
  return evaluate({ ...request, context }, { trust }).effect === "allow";
}
