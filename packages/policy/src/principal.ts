// Who asks, and whether a Principal or NotPrincipal element names them. How a principal is named decides how far a
// grant reaches (evaluate.ts), so the answer is not yes or no but the way of naming.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
import type { PrincipalElement } from "./document.ts";

/** A principal whose request is signed and who has identity-based policies. */
export interface SignedPrincipal {
  /** `Account` is the root user. */
  readonly type: "Account" | "User" | "AssumedRole" | "FederatedUser";
  readonly accountId: string;
  /** The ARN of who signed: for a role the session's. */
  readonly arn: string;
  /** For a session the ARN of its role (with path) or of the user who federated; else the same as `arn`. */
  readonly principalArn: string;
  /** `AIDA…`, `AROA…:session`, or the account id for root. */
  readonly userId: string;
}

export type Principal =
  | SignedPrincipal
  /** An AWS service that takes a role: `ec2.amazonaws.com`. */
  | { readonly type: "AWSService"; readonly service: string }
  /** Who shows a token or an assertion of an identity provider: its ARN, or `accounts.google.com` and the like. */
  | { readonly type: "Federated"; readonly provider: string }
  | { readonly type: "Anonymous" };

export function isSigned(principal: Principal): principal is SignedPrincipal {
  return "arn" in principal;
}

/**
 * The way in which a policy names a principal. `issuer` is the role, or the federating user, of a session; `pinned` is
 * everyone under a condition on aws:PrincipalArn.
 */
export type Naming = "user" | "session" | "issuer" | "account" | "everyone" | "pinned" | "service" | "federated";

/** One entry of the element, read. */
type Entry =
  | { readonly type: "everyone" }
  | { readonly type: "account"; readonly accountId: string; readonly partition: string | undefined }
  | { readonly type: "arn"; readonly arn: string }
  | { readonly type: "uniqueId"; readonly id: string }
  | { readonly type: "session"; readonly userId: string }
  | { readonly type: "service"; readonly service: string }
  | { readonly type: "federated"; readonly provider: string }
  | { readonly type: "unreadable" };

const rootArn = /^arn:(aws|aws-cn|aws-us-gov):iam::(\d{12}):root$/;
const iamArn = /^arn:(aws|aws-cn|aws-us-gov):iam::\d{12}:(user|role)\/[^*?]*[^*?/]$/;
const stsArn = /^arn:(aws|aws-cn|aws-us-gov):sts::\d{12}:(assumed-role\/[^*?/]+|federated-user)\/[^*?/]+$/;
const uniqueId = /^(AIDA|AROA)[A-Z0-9]{8,}$/;
/** A session as it is kept, by the unique id of its role; nobody may write it so. */
const sessionId = /^(AROA[A-Z0-9]{8,})\/([\w+=,.@-]+)$/;
const serviceName = /^[a-z0-9-]+(\.[a-z0-9-]+)*\.(amazonaws\.com(\.cn)?|amazon\.com|aws\.internal)$/;

function readEntry(kind: string, name: string): Entry {
  switch (kind) {
    case "AWS":
      return readAwsEntry(name);
    case "Service":
      return serviceName.test(name) ? { type: "service", service: name } : { type: "unreadable" };
    case "Federated":
      return name === "" || /[*?\s]/.test(name) ? { type: "unreadable" } : { type: "federated", provider: name };
    default:
      return { type: "unreadable" };
  }
}

function readAwsEntry(name: string): Entry {
  if (name === "*") return { type: "everyone" };
  if (/^\d{12}$/.test(name)) return { type: "account", accountId: name, partition: undefined };
  const root = rootArn.exec(name);
  if (root) return { type: "account", accountId: root[2]!, partition: root[1] };
  if (iamArn.test(name) || stsArn.test(name)) return { type: "arn", arn: name };
  const [, roleId, sessionName] = sessionId.exec(name) ?? [];
  if (roleId !== undefined) return { type: "session", userId: `${roleId}:${sessionName}` };
  return uniqueId.test(name) ? { type: "uniqueId", id: name } : { type: "unreadable" };
}

/** Whether an entry has a form that AWS takes; whether the one it names exists is another question. */
export function isPrincipalName(kind: string, name: string): boolean {
  return !["unreadable", "session"].includes(readEntry(kind, name).type);
}

/** How an entry names the principal; undefined when it does not. What can't be read names everyone if `generous`. */
function naming(entry: Entry, principal: Principal, generous: boolean): Naming | undefined {
  switch (entry.type) {
    case "everyone":
      // AWS does not say whether `*` lets a service or a provider's user take a role; a deny hits them in any case.
      return isSigned(principal) || principal.type === "Anonymous" || generous ? "everyone" : undefined;
    case "account": {
      if (!isSigned(principal) || principal.accountId !== entry.accountId) return undefined;
      return entry.partition === undefined || principal.arn.startsWith(`arn:${entry.partition}:`)
        ? "account"
        : undefined;
    }
    case "arn":
      if (!isSigned(principal) || principal.type === "Account") return undefined;
      if (entry.arn === principal.arn) return principal.type === "User" ? "user" : "session";
      return entry.arn === principal.principalArn ? "issuer" : undefined;
    case "uniqueId":
      if (principal.type === "User") return principal.userId === entry.id ? "user" : undefined;
      if (principal.type === "AssumedRole") return principal.userId.startsWith(`${entry.id}:`) ? "issuer" : undefined;
      return undefined;
    case "session":
      return principal.type === "AssumedRole" && principal.userId === entry.userId ? "session" : undefined;
    case "service":
      return principal.type === "AWSService" && principal.service === entry.service ? "service" : undefined;
    case "federated":
      return principal.type === "Federated" && principal.provider === entry.provider ? "federated" : undefined;
    case "unreadable":
      return generous ? "everyone" : undefined;
  }
}

function readElement(element: PrincipalElement): readonly Entry[] {
  if (element === "*") return [{ type: "everyone" }];
  return Object.entries(element).flatMap(([kind, names]) => names.map((name) => readEntry(kind, name)));
}

/** All the ways in which the element names a principal; none when it does not. */
export type Namings = (principal: Principal) => ReadonlySet<Naming>;

export function compilePrincipal(element: PrincipalElement, generous: boolean): Namings {
  const entries = readElement(element);
  return (principal) => {
    const ways = new Set<Naming>();
    for (const entry of entries) {
      const way = naming(entry, principal, generous);
      if (way) ways.add(way);
    }
    return ways;
  };
}

/**
 * What NotPrincipal must name for a principal to be spared: AWS checks the account, then the role, then the session,
 * and a deny of any of them hits.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notprincipal.html
 */
const sparedBy = {
  Account: ["account"],
  User: ["account", "user"],
  AssumedRole: ["account", "issuer", "session"],
  FederatedUser: ["account", "issuer", "session"],
  AWSService: ["service"],
  Federated: ["federated"],
  Anonymous: ["everyone"],
} satisfies Record<Principal["type"], readonly Naming[]>;

/** NotPrincipal of a Deny: whether the principal is among those it does not deny. */
export function compileSpared(element: PrincipalElement): (principal: Principal) => boolean {
  const namings = compilePrincipal(element, false);
  return (principal) => {
    const ways = namings(principal);
    return ways.has("everyone") || sparedBy[principal.type].every((way) => ways.has(way));
  };
}
