// Managed policies on roles and users: attaching, detaching, listing.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_manage-attach-detach.html
import { list, string, struct } from "@rolemint/wire";
import type { Account, World } from "@rolemint/world";
import type { Holder } from "./holders.ts";
import { checkPolicyArn, type Fail, type PolicyArnFault, usablePolicy } from "./lookup.ts";
import { page } from "./paging.ts";

const MAX_ATTACHED = { role: "PoliciesPerRole: 10", user: "PoliciesPerUser: 10" };

export const ATTACH_ERRORS = ["InvalidInput", "LimitExceeded", "NoSuchEntity", "ValidationError"] as const;
export const DETACH_ERRORS = ["InvalidInput", "NoSuchEntity", "ValidationError"] as const;

export const AttachedPolicies = list(struct({ PolicyName: string(), PolicyArn: string() }));

/** Attaching what is attached already changes nothing. */
export function attachPolicy(
  world: World,
  account: Account,
  findHolder: () => Holder,
  arn: string,
  fail: Fail<(typeof ATTACH_ERRORS)[number]>,
): void {
  checkPolicyArn(arn, fail);
  const { kind, row, change } = findHolder();
  if (!usablePolicy(world, account, arn)) {
    throw fail("NoSuchEntity", `Policy ${arn} does not exist or is not attachable.`);
  }
  if (row.attached.includes(arn)) return;
  if (row.attached.length >= 10) throw fail("LimitExceeded", `Cannot exceed quota for ${MAX_ATTACHED[kind]}`);
  change({ attached: [...row.attached, arn] });
}

export function detachPolicy(findHolder: () => Holder, arn: string, fail: Fail<PolicyArnFault | "NoSuchEntity">): void {
  checkPolicyArn(arn, fail);
  const { row, change } = findHolder();
  if (!row.attached.includes(arn)) throw fail("NoSuchEntity", `Policy ${arn} was not found.`);
  change({ attached: row.attached.filter((attached) => attached !== arn) });
}

export function listAttached(
  { row }: Holder,
  input: { readonly PathPrefix: string; readonly Marker?: string | undefined; readonly MaxItems: number },
) {
  const all = row.attached.map((PolicyArn) => {
    const slash = PolicyArn.lastIndexOf("/");
    const path = PolicyArn.slice(PolicyArn.indexOf(":policy/") + 7, slash + 1);
    return { path, view: { PolicyName: PolicyArn.slice(slash + 1), PolicyArn } };
  });
  const shown = all.filter(({ path }) => path.startsWith(input.PathPrefix)).map(({ view }) => view);
  const { items, ...place } = page(shown, input, ({ PolicyArn }) => PolicyArn);
  return { AttachedPolicies: items, ...place };
}
