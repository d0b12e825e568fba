// Whose access keys a call is about: the user it names, or, when it names none, the one who signed it.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_access-keys.html
import type { Principal } from "@rolemint/authority";
import { AwsError, oneOf, string, struct, timestamp } from "@rolemint/wire";
import { type AccessKey, type Account, rootArn, type World } from "@rolemint/world";
import type { Need } from "../action.ts";
import { type Fail, findUser } from "./lookup.ts";
import { onUser } from "./needs.ts";

export const Status = oneOf("Active", "Inactive");

/** Root's keys have no user name. */
export const AccessKeyMetadata = struct({
  UserName: string(),
  AccessKeyId: string(),
  Status: string(),
  CreateDate: timestamp(),
});

/** The user's name, or undefined for the account's root. A role session has to name a user. */
export function userMeant(caller: Principal, given: string | undefined): string | undefined {
  if (given !== undefined) return given;
  switch (caller.Type) {
    case "Account":
      return undefined;
    case "User":
      return caller.UserName;
    case "AssumedRole":
      throw new AwsError("ValidationError", 400, "Must specify userName when calling with non-User credentials");
  }
}

/** What a call on a user that may go unnamed is authorised on. */
export function onUserMeant(action: string, account: Account, caller: Principal, given: string | undefined): Need {
  const name = userMeant(caller, given);
  return name === undefined ? { action, resource: rootArn(account.id) } : onUser(action, account, name);
}

/** The name as it is stored, of a user that must be there. */
export function findUserMeant(
  account: Account,
  caller: Principal,
  given: string | undefined,
  fail: Fail<"NoSuchEntity">,
): string | undefined {
  const name = userMeant(caller, given);
  return name === undefined ? undefined : findUser(account, name, fail).name;
}

/** A key of that user; another's is not told apart from none. */
export function findAccessKey(
  world: World,
  account: Account,
  userName: string | undefined,
  id: string,
  fail: Fail<"NoSuchEntity">,
): AccessKey {
  const key = world.tables.accessKeys.get(id);
  const isOwners = key?.accountId === account.id && key.userName?.toLowerCase() === userName?.toLowerCase();
  if (!key || !isOwners) throw fail("NoSuchEntity", `The Access Key with id ${id} cannot be found.`);
  return key;
}

/** A key as lists show it: without its secret, which is shown once, when it is made. */
export function accessKeyView({ userName, id, status, created }: AccessKey) {
  return { UserName: userName, AccessKeyId: id, Status: status, CreateDate: created };
}
