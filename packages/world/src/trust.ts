// Trust policies as IAM keeps them: a user or role named by ARN is stored by its unique id and shown by the ARN it has
// now, so that one who is deleted and made anew under the same name is not trusted, and shows up as the raw id.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
import { evaluate, keepCompiled, principalsOf, renamePrincipals } from "@rolemint/policy";
import type { Role } from "./rows.ts";
import type { World } from "./world.ts";

const compile = keepCompiled(1000);

/** The unique id of the user or role that an ARN names, or undefined when there is none in this world. */
export function idOfPrincipal(world: World, arn: string): string | undefined {
  const match = /^arn:aws:iam::(\d{12}):(user|role)\/(?:.*\/)?([^/]+)$/.exec(arn);
  if (!match) return undefined;
  const [, accountId, kind, name] = match;
  const account = world.account(accountId!);
  const row = kind === "user" ? account.users.get(name!) : account.roles.get(name!);
  return row?.arn === arn ? row.id : undefined;
}

/** What each principal ARN of a trust policy stands for now. */
export function trustedIdsOf(world: World, text: string): Record<string, string> {
  const ids: Record<string, string> = {};
  for (const name of principalsOf(text)) {
    const id = idOfPrincipal(world, name);
    if (id !== undefined) ids[name] = id;
  }
  return ids;
}

/** The policy as it is decided by: with unique ids in the places of ARNs. */
export function storedTrust(role: Role): string {
  return renamePrincipals(role.trust, (name) => role.trustedIds[name] ?? name);
}

/** The policy as it is shown: a principal that was renamed under its new ARN, one that is gone as its id. */
export function shownTrust(world: World, role: Role): string {
  const { roles, users } = world.tables;
  return renamePrincipals(role.trust, (name) => {
    const id = role.trustedIds[name];
    if (id === undefined) return name;
    const [holder] = (id.startsWith("AROA") ? roles : users).find("id", id);
    return holder?.arn ?? id;
  });
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
