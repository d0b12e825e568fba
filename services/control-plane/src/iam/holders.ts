// Roles and users hold permissions alike; a holder is either of them, so that attached and inline policies are written
// once for both.
import type { Account, Permissions, Role, User } from "@rolemint/world";
import { type Fail, findRole, findUser } from "./lookup.ts";

export interface Holder {
  readonly kind: "role" | "user";
  readonly row: Role | User;
  /** Stores the row with these permissions changed. */
  change(changed: Partial<Permissions>): void;
}

export function roleHolder(account: Account, name: string, fail: Fail<"NoSuchEntity">): Holder {
  const row = findRole(account, name, fail);
  return { kind: "role", row, change: (changed) => void account.roles.put({ ...row, ...changed }) };
}

export function userHolder(account: Account, name: string, fail: Fail<"NoSuchEntity">): Holder {
  const row = findUser(account, name, fail);
  return { kind: "user", row, change: (changed) => void account.users.put({ ...row, ...changed }) };
}
