// Principals of policies as AWS keeps them: a user or role named by ARN is stored by its unique id and shown by the ARN
// it has now, so that one who is deleted and made anew under the same name is not meant, and shows up as the raw id.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
import { principalsOf, renamePrincipals } from "@rolemint/policy";
import type { World } from "./world.ts";

/** By the names that a policy was written with. */
export type PrincipalIds = Readonly<Record<string, string>>;

/**
 * The unique id of the user or role that an ARN names, or undefined when there is none in this world. Of a session's
 * ARN the role's id with the session's name, which no policy can be written with.
 */
export function idOfPrincipal(world: World, arn: string): string | undefined {
  const session = /^arn:aws:sts::(\d{12}):assumed-role\/([^/]+)\/([^/]+)$/.exec(arn);
  if (session) {
    const role = world.account(session[1]!).roles.get(session[2]!);
    return role?.name === session[2] ? `${role!.id}/${session[3]}` : undefined;
  }
  const match = /^arn:aws:iam::(\d{12}):(user|role)\/(?:.*\/)?([^/]+)$/.exec(arn);
  if (!match) return undefined;
  const [, accountId, kind, name] = match;
  const account = world.account(accountId!);
  const row = kind === "user" ? account.users.get(name!) : account.roles.get(name!);
  return row?.arn === arn ? row.id : undefined;
}

/** What each principal ARN of a policy stands for now. */
export function principalIdsOf(world: World, text: string): PrincipalIds {
  const ids: Record<string, string> = {};
  for (const name of principalsOf(text)) {
    const id = idOfPrincipal(world, name);
    if (id !== undefined) ids[name] = id;
  }
  return ids;
}

/** The policy as it is decided by: with unique ids in the places of ARNs. */
export function boundText(text: string, ids: PrincipalIds): string {
  return renamePrincipals(text, (name) => ids[name] ?? name);
}

/** The policy as it is shown: a principal that was renamed under its new ARN, one that is gone as its id. */
export function shownText(world: World, text: string, ids: PrincipalIds): string {
  return renamePrincipals(text, (name) => {
    const id = ids[name];
    return id === undefined ? name : (arnOf(world, id) ?? id);
  });
}

function arnOf(world: World, id: string): string | undefined {
  const { roles, users } = world.tables;
  const [uniqueId, session] = id.split("/");
  const [holder] = (id.startsWith("AROA") ? roles : users).find("id", uniqueId!);
  if (!holder || session === undefined) return holder?.arn;
  return `arn:aws:sts::${holder.accountId}:assumed-role/${holder.name}/${session}`;
}

/**
 * Whether a name that stands as an AWS principal is that of a user, a role or a session of one that is not there. Other
 * accounts are taken to exist, their users and roles only if this world has them.
 */
export function isStranger(world: World, name: string): boolean {
  const { users, roles } = world.tables;
  if (name.startsWith("AIDA")) return users.find("id", name).length === 0;
  if (name.startsWith("AROA")) return roles.find("id", name).length === 0;
  const isNamed = /^arn:[^:]+:(?:iam::\d{12}:(?:user|role)|sts::\d{12}:assumed-role)\//.test(name);
  return isNamed && idOfPrincipal(world, name) === undefined;
}

/** The first principal of a policy that is not there; with `accountId` those of other accounts pass. */
export function strangerIn(world: World, text: string, accountId?: string): string | undefined {
  const isAsked = (name: string) =>
    accountId === undefined || !name.startsWith("arn:") || name.split(":")[4] === accountId;
  return principalsOf(text).find((name) => isAsked(name) && isStranger(world, name));
}
