// Managed policies: the account's own, in the store, and AWS's, which are the same in every account and never change.
import published from "./aws-managed-policies.json" with { type: "json" };
import type { ManagedPolicy } from "./rows.ts";
import type { World } from "./world.ts";

/** By ARN, AWS's or the account's own; undefined when there is none. */
export function managedPolicy(world: World, arn: string): ManagedPolicy | undefined {
  const match = /^arn:aws:iam::(aws|\d{12}):policy(\/(?:.*\/)?)([^/]+)$/.exec(arn);
  if (!match) return undefined;
  const [, owner, , name] = match;
  const policy = owner === "aws" ? awsManagedPolicies().get(arn) : world.account(owner!).policies.get(name!);
  return policy?.arn === arn ? policy : undefined;
}

/** The text of the default version. */
export function managedPolicyText(world: World, arn: string): string | undefined {
  const policy = managedPolicy(world, arn);
  return policy?.versions.find((version) => version.id === policy.defaultVersion)?.text;
}

let byArn: Map<string, ManagedPolicy> | undefined;

/** AWS's managed policies that a world knows, by ARN. */
export function awsManagedPolicies(): ReadonlyMap<string, ManagedPolicy> {
  byArn ??= new Map(published.policies.map((row) => [row.arn, awsPolicy(row)]));
  return byArn;
}

function awsPolicy(row: (typeof published.policies)[number]): ManagedPolicy {
  const created = Date.parse(row.created);
  const slash = row.arn.lastIndexOf("/");
  return {
    accountId: "aws",
    name: row.arn.slice(slash + 1),
    path: row.arn.slice(row.arn.indexOf(":policy/") + 7, slash + 1),
    id: row.id,
    arn: row.arn,
    created,
    updated: created,
    defaultVersion: row.version,
    nextVersion: Number(row.version.slice(1)) + 1,
    versions: [{ id: row.version, text: JSON.stringify(row.document, null, 4), created }],
    tags: [],
  };
}
