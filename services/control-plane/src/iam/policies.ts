// Managed policies: who uses them, what may be a document of one, and that AWS's own are changed by nobody.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_managed-vs-inline.html
import type { Principal } from "@rolemint/authority";
import { checkIdentityPolicy } from "@rolemint/policy";
import { type Account, lengthWithoutSpace, type ManagedPolicy, type World } from "@rolemint/world";
import { type Fail, findPolicy, findPolicyVersion, type PolicyArnFault } from "./lookup.ts";
import type { PolicyUse } from "./views.ts";

const MAX_POLICY_CHARACTERS = 6144;

/** Refuses a text that IAM does not take as a managed policy. */
export function checkPolicyText(text: string, fail: Fail<"LimitExceeded" | "MalformedPolicyDocument">): void {
  const malformed = checkIdentityPolicy(text, { managed: true });
  if (malformed) throw fail("MalformedPolicyDocument", malformed.message);
  if (lengthWithoutSpace(text) > MAX_POLICY_CHARACTERS) {
    throw fail("LimitExceeded", `Cannot exceed quota for PolicySize: ${MAX_POLICY_CHARACTERS}`);
  }
}

const UNUSED: PolicyUse = { attachments: 0, boundaries: 0 };

/** How often each policy is used in the account, counted once for all of them. */
export function policyUses(account: Account): (arn: string) => PolicyUse {
  const uses = new Map<string, PolicyUse>();
  const add = (arn: string, more: PolicyUse) => {
    const { attachments, boundaries } = uses.get(arn) ?? UNUSED;
    uses.set(arn, { attachments: attachments + more.attachments, boundaries: boundaries + more.boundaries });
  };
  for (const holder of [...account.roles.list(), ...account.users.list()]) {
    for (const arn of holder.attached) add(arn, { attachments: 1, boundaries: 0 });
    if (holder.boundary !== undefined) add(holder.boundary, { attachments: 0, boundaries: 1 });
  }
  return (arn) => uses.get(arn) ?? UNUSED;
}

type ChangeFault = PolicyArnFault | "AccessDenied" | "NoSuchEntity";

interface Change {
  readonly action: string;
  readonly world: World;
  readonly account: Account;
  readonly caller: Principal;
  readonly arn: string;
  readonly fail: Fail<ChangeFault>;
}

/** A policy that the account may change: AWS's are refused to everyone, root too, and without a reason. */
export function policyToChange(change: Change, sentence: Parameters<typeof findPolicy>[4]): ManagedPolicy {
  const { world, account, arn, fail } = change;
  refuseForAws(change);
  return findPolicy(world, account, arn, fail, sentence);
}

/** The same, with one of its versions. */
export function versionToChange(change: Change, id: string) {
  const { world, account, arn, fail } = change;
  refuseForAws(change);
  return findPolicyVersion(world, account, arn, id, fail);
}

function refuseForAws({ action, caller, arn, fail }: Change): void {
  if (!arn.startsWith("arn:aws:iam::aws:policy/")) return;
  throw fail("AccessDenied", `User: ${caller.Arn} is not authorized to perform: ${action} on resource: policy ${arn}`);
}
