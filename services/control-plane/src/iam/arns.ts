// The ARN that a call on a named entity is authorised on: the entity's own, or, when there is none, the one it would
// have at the root path (rights are checked before existence is told).
import { type Account, iamArn } from "@rolemint/world";

export function roleArn(account: Account, name: string): string {
  return account.roles.get(name)?.arn ?? iamArn(account.id, "role", "/", name);
}

export function userArn(account: Account, name: string): string {
  return account.users.get(name)?.arn ?? iamArn(account.id, "user", "/", name);
}

export function instanceProfileArn(account: Account, name: string): string {
  return account.instanceProfiles.get(name)?.arn ?? iamArn(account.id, "instance-profile", "/", name);
}
