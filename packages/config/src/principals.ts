// The users and roles that trust and bucket policies name: each must be made by the file or be in the state already.
// Trust policies may name users and roles of other accounts, as IAM takes them; S3 wants to know of them.
import { placedPrincipals } from "@rolemint/policy";
import { DEFAULTS } from "./defaults.ts";
import { entriesOf, namesOf, textAt, valueAt } from "./draft.ts";
import { nearestOf } from "./nearest.ts";
import { type Path, quote } from "./problem.ts";

export interface KnownPrincipals {
  readonly account: string;
  /** ARNs of users and roles. */
  readonly arns: ReadonlySet<string>;
}

/** `existing`: ARNs of users and roles that the state has. */
export function principalsOfFile(world: unknown, existing: ReadonlySet<string>): KnownPrincipals {
  const account = textAt(world, "account") ?? DEFAULTS.account;
  const roles = entriesOf(valueAt(world, "roles")).map(
    ([name, role]) => `arn:aws:iam::${account}:role${textAt(role, "path") ?? DEFAULTS.path}${name}`,
  );
  const users = namesOf(valueAt(world, "users")).map((name) => `arn:aws:iam::${account}:user/${name}`);
  return { account, arns: new Set([...roles, ...users, ...existing]) };
}

interface Stranger {
  /** Inside the policy. */
  readonly path: Path;
  readonly message: string;
}

/** Those whom nothing makes, in the order of the text. */
export function strangersIn(text: string, kind: "trust" | "bucket", known: KnownPrincipals): readonly Stranger[] {
  return placedPrincipals(text).flatMap(({ path, value }) => {
    const message = strangerMessage(value, kind, known);
    return message === undefined ? [] : [{ path, message }];
  });
}

function strangerMessage(name: string, kind: "trust" | "bucket", known: KnownPrincipals): string | undefined {
  if (/^(?:AIDA|AROA)[A-Z0-9]+$/.test(name)) {
    return `names the unique id ${quote(name)}, which is another in each state; name the ARN instead`;
  }
  const [, account, type] = /^arn:[^:]+:(?:iam|sts)::(\d{12}):(user|role|assumed-role)\//.exec(name) ?? [];
  if (account === undefined || known.arns.has(name)) return undefined;
  if (account !== known.account) {
    if (kind === "trust") return undefined;
    return `names ${quote(name)} of another account, which is not known here; name the account ${account} instead`;
  }
  const kindOfName = type === "user" ? "user" : "role";
  const byName = new Map([...known.arns].filter(isOf(kindOfName)).map((arn) => [lastPart(arn), arn]));
  // A session's ARN has the role's name without its path.
  const given = type === "assumed-role" ? name.split("/")[1]! : lastPart(name);
  if (type === "assumed-role" && byName.has(given)) return undefined;
  const nearest = nearestOf(given, byName.keys());
  const meant = nearest && (type === "assumed-role" ? name.replace(`/${given}/`, `/${nearest}/`) : byName.get(nearest));
  const hint = meant === undefined ? "" : `; did you mean ${meant}?`;
  return `names the ${kindOfName} ${quote(name)}, which is not in ${kindOfName}s${hint}`;
}

const isOf = (kind: string) => (arn: string) => arn.split(":")[5]!.startsWith(`${kind}/`);
const lastPart = (arn: string) => arn.slice(arn.lastIndexOf("/") + 1);
