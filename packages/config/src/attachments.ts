// The managed policies that roles and users name, by ARN as on AWS: each must be one of AWS's that the world knows or
// one of the file's own.
import type { Report } from "./check.ts";
import { DEFAULTS } from "./defaults.ts";
import { entriesOf, itemsOf, namesOf, textAt, valueAt } from "./draft.ts";
import { nearestOf } from "./nearest.ts";
import { describe, type Path, quote } from "./problem.ts";

const AWS_PREFIX = "arn:aws:iam::aws:policy/";
/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html: ten, at most twenty on request. */
const MOST_ATTACHED = 20;

interface Known {
  readonly account: string;
  /** What follows `policy/` in the ARN of one of AWS's. */
  readonly aws: readonly string[];
  readonly own: readonly string[];
}

export function checkAttachments(world: unknown, awsManagedPolicies: ReadonlySet<string>, report: Report): void {
  const known: Known = {
    account: textAt(world, "account") ?? DEFAULTS.account,
    aws: [...awsManagedPolicies].map((arn) => arn.slice(AWS_PREFIX.length)),
    own: namesOf(valueAt(world, "policies")),
  };
  for (const kind of ["roles", "users"]) {
    for (const [name, entity] of entriesOf(valueAt(world, kind))) {
      checkList(itemsOf(valueAt(entity, "managedPolicies")), [kind, name, "managedPolicies"], known, report);
    }
  }
  for (const [name, role] of entriesOf(valueAt(world, "roles"))) {
    const boundary = textAt(role, "permissionsBoundary");
    const problem = boundary === undefined ? undefined : arnProblem(boundary, known);
    if (problem !== undefined) report(["roles", name, "permissionsBoundary"], problem);
  }
}

function checkList(list: readonly unknown[], path: Path, known: Known, report: Report): void {
  if (list.length > MOST_ATTACHED)
    report(path, `has ${list.length} policies; at most ${MOST_ATTACHED} can be attached`);
  for (const [index, arn] of list.slice(0, MOST_ATTACHED).entries()) {
    if (typeof arn !== "string") continue;
    const problem = list.indexOf(arn) < index ? "is in the list twice" : arnProblem(arn, known);
    if (problem !== undefined) report([...path, index], problem);
  }
}

function arnProblem(arn: string, known: Known): string | undefined {
  const ownPrefix = `arn:aws:iam::${known.account}:policy/`;
  if (arn.startsWith(AWS_PREFIX)) {
    const name = arn.slice(AWS_PREFIX.length);
    if (known.aws.includes(name)) return undefined;
    return `names ${quote(name)}, which is none of AWS's policies that rolemint knows${meant(nearestAws(name, known))}`;
  }
  if (arn.startsWith(ownPrefix)) {
    const name = arn.slice(ownPrefix.length);
    if (known.own.includes(name)) return undefined;
    const nearest = nearestOf(name, known.own);
    return `names the policy ${quote(name)}, which is not in policies${meant(nearest && ownPrefix + nearest)}`;
  }
  if (/^arn:aws:iam::\d{12}:policy\//.test(arn)) {
    return `is a policy of another account; here are those of ${known.account} and AWS's`;
  }
  const nearest = nearestOf(arn, known.own);
  const guess = nearest === undefined ? nearestAws(arn, known) : ownPrefix + nearest;
  return `must be the ARN of a managed policy, found ${describe(arn)}${meant(guess)}`;
}

/** Also by the name alone, without a path such as service-role/. */
function nearestAws(name: string, { aws }: Known): string | undefined {
  const nearest = aws.find((known) => known.endsWith(`/${name}`)) ?? nearestOf(name, aws);
  return nearest === undefined ? undefined : AWS_PREFIX + nearest;
}

function meant(arn: string | undefined): string {
  return arn === undefined ? "" : `; did you mean ${arn}?`;
}
