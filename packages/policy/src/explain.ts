// The sentence of an AccessDenied, as each service words it. IAM and EC2 say which policy type denied, S3 puts the ARN
// in quotes and says nothing to callers of other accounts, STS never gives the reason.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html
import type { Decision } from "./evaluate.ts";
import { isSigned } from "./principal.ts";
import type { PolicyKind, Request } from "./statement.ts";

const kindNames = {
  identity: "an identity-based policy",
  boundary: "a permissions boundary",
  session: "a session policy",
  resource: "a resource-based policy",
  trust: "a role trust policy",
} satisfies Record<PolicyKind, string>;

interface Wording {
  readonly quotesArn: boolean;
  readonly givesReason: boolean;
  /** Whether `on resource: *` is said of an action that has no resource. */
  readonly namesAnyResource: boolean;
  /** What callers of other accounts, and nobodies, are told instead. */
  readonly toOutsiders: string | undefined;
}

const wordings = {
  s3: { quotesArn: true, givesReason: true, namesAnyResource: false, toOutsiders: "Access Denied" },
  iam: { quotesArn: false, givesReason: true, namesAnyResource: true, toOutsiders: undefined },
  ec2: { quotesArn: false, givesReason: true, namesAnyResource: false, toOutsiders: undefined },
  sts: { quotesArn: false, givesReason: false, namesAnyResource: false, toOutsiders: undefined },
} satisfies Record<string, Wording>;

export type Service = keyof typeof wordings;

export type Denial = Exclude<Decision, { effect: "allow" }>;

/** EC2 frames the sentence in words of its own, which is left to it. */
export function explainDenial(service: Service, request: Request, denial: Denial): string {
  const wording: Wording = wordings[service];
  const { principal, action, resource } = request;
  const isOutsider = !isSigned(principal) || principal.accountId !== request.resourceAccount;
  if (isOutsider && wording.toOutsiders !== undefined) return wording.toOutsiders;
  const isAny = resource === "*" || resource === "arn:aws:s3:::*";
  const named = wording.quotesArn ? `"${resource}"` : resource;
  const place = isAny && !wording.namesAnyResource ? "" : ` on resource: ${named}`;
  const reason = wording.givesReason ? ` ${reasonOf(denial, action)}` : "";
  return `User: ${nameOf(request)} is not authorized to perform: ${action}${place}${reason}`;
}

function nameOf({ principal }: Request): string {
  switch (principal.type) {
    case "AWSService":
      return principal.service;
    case "Federated":
      return principal.provider;
    case "Anonymous":
      return "anonymous";
    default:
      return principal.arn;
  }
}

function reasonOf(denial: Denial, action: string): string {
  switch (denial.effect) {
    case "explicitDeny":
      return `with an explicit deny in ${kindNames[denial.reason.statement.kind]}`;
    case "implicitDeny": {
      const kind = kindNames[denial.reason.kind].replace(/^an? /, "");
      return `because no ${kind} allows the ${action} action`;
    }
  }
}
