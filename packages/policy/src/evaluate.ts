// The decision: may this principal do this. First any deny, anywhere; then what the resource grants and to whom; then
// the policy types that limit the principal. Each policy type is a row of `layers`.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
import { parseDocument } from "./document.ts";
import { isSigned, type Naming, type SignedPrincipal } from "./principal.ts";
import {
  type Asked,
  type CompiledStatement,
  compileStatement,
  type PolicyKind,
  type Request,
  type StatementRef,
} from "./statement.ts";

export interface CompiledPolicy {
  readonly kind: PolicyKind;
  readonly name: string;
  /** The document as it was given. */
  readonly text: string;
  readonly allows: readonly CompiledStatement[];
  readonly denies: readonly CompiledStatement[];
}

/** The policies that apply to a request. Each must have been compiled as the kind it is used as. */
export interface Policies {
  /** Of the user and its groups, or of the role. */
  readonly identity?: readonly CompiledPolicy[] | undefined;
  readonly boundary?: CompiledPolicy | undefined;
  /** Passed when the session was made; an empty list limits nothing. */
  readonly session?: readonly CompiledPolicy[] | undefined;
  readonly resource?: CompiledPolicy | undefined;
  /** Of the role to be taken. */
  readonly trust?: CompiledPolicy | undefined;
}

export type Decision =
  | {
      readonly effect: "allow";
      /** One statement of each policy type that had to allow, the resource's first. The root user may need none. */
      readonly reason: { readonly type: "statements" | "rootUser"; readonly statements: readonly StatementRef[] };
    }
  | {
      readonly effect: "explicitDeny";
      readonly reason: { readonly type: "statement"; readonly statement: StatementRef };
    }
  | {
      readonly effect: "implicitDeny";
      /** The policy type that should have allowed, and the statements of other types that do. */
      readonly reason: {
        readonly type: "missing";
        readonly kind: PolicyKind;
        readonly statements: readonly StatementRef[];
      };
    };

interface Layer {
  readonly kind: PolicyKind;
  readonly of: (policies: Policies) => readonly CompiledPolicy[];
  /** For policy types that limit the principal: whether one must be there. */
  readonly requiredFor?: (principal: SignedPrincipal) => boolean;
}

/** In the order in which a deny is looked for and reported. A further policy type is a further row. */
const layers: readonly Layer[] = [
  { kind: "trust", of: ({ trust }) => (trust ? [trust] : []) },
  { kind: "resource", of: ({ resource }) => (resource ? [resource] : []) },
  // The root user has every permission in its account without a policy.
  { kind: "identity", of: ({ identity }) => identity ?? [], requiredFor: ({ type }) => type !== "Account" },
  { kind: "boundary", of: ({ boundary }) => (boundary ? [boundary] : []), requiredFor: () => false },
  // Without a session policy a federated user may do nothing.
  { kind: "session", of: ({ session }) => session ?? [], requiredFor: ({ type }) => type === "FederatedUser" },
];

/**
 * Which policy types need not allow when a resource of the principal's own account names it so.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-denyallow.html
 */
const waivedBy = {
  session: ["identity", "boundary", "session"],
  pinned: ["identity", "boundary", "session"],
  user: ["identity", "boundary"],
  issuer: ["identity"],
  // AWS's guide frees only the pinned form; versitygw reports of a live check in which a session policy limited `*`.
  everyone: ["identity"],
  account: [],
  service: [],
  federated: [],
} satisfies Record<Naming, readonly PolicyKind[]>;

export function compilePolicy(source: {
  readonly kind: PolicyKind;
  readonly name: string;
  readonly text: string;
}): CompiledPolicy {
  const { kind, name, text } = source;
  const document = parseDocument(text);
  if ("error" in document) {
    // A deny may be lost in what can't be read: so all is denied, and the reason says why.
    const ref = { kind, policy: name, sid: undefined, index: 0, unreadable: document.error };
    const names = () => new Set<Naming>(["everyone"]);
    return { kind, name, text, allows: [], denies: [{ ref, covers: () => true, names }] };
  }
  const allows: CompiledStatement[] = [];
  const denies: CompiledStatement[] = [];
  for (const [position, statement] of document.statements.entries()) {
    const ref = { kind, policy: name, sid: statement.sid, index: position + 1, unreadable: undefined };
    (statement.effect === "Allow" ? allows : denies).push(compileStatement(statement, ref, document.version));
  }
  return { kind, name, text, allows, denies };
}

/** The policies that apply, in the order in which they are looked at. */
export function inOrder(policies: Policies): CompiledPolicy[] {
  return layers.flatMap((layer) => layer.of(policies));
}

export function evaluate(request: Request, policies: Policies): Decision {
  const asked: Asked = { ...request, lowerCaseAction: request.action.toLowerCase() };
  for (const layer of layers) {
    for (const policy of layer.of(policies)) {
      if (policy.kind !== layer.kind) throw new Error(`policy ${policy.name} is not compiled as ${layer.kind}`);
      const deny = policy.denies.find(({ covers, names }) => names(asked.principal).size > 0 && covers(asked));
      if (deny) return { effect: "explicitDeny", reason: { type: "statement", statement: deny.ref } };
    }
  }
  return decideAllow(asked, policies);
}

interface Grant {
  readonly ref: StatementRef;
  readonly waives: readonly PolicyKind[];
}

function decideAllow(asked: Asked, policies: Policies): Decision {
  const { principal } = asked;
  const kind = policies.trust || takesRole(asked) ? "trust" : "resource";
  const grant = strongestGrant(asked, policies[kind]);
  const statements = grant ? [grant.ref] : [];
  const isOwn = isSigned(principal) && principal.accountId === asked.resourceAccount;
  if (isSigned(principal)) {
    for (const layer of layers) {
      if (!layer.requiredFor || (isOwn && grant?.waives.includes(layer.kind))) continue;
      const present = layer.of(policies);
      const allow = firstAllow(asked, present);
      if (allow) statements.push(allow.ref);
      else if (layer.requiredFor(principal) || (present.length > 0 && layer.kind !== "identity")) {
        return { effect: "implicitDeny", reason: { type: "missing", kind: layer.kind, statements } };
      }
    }
  }
  // Root may not take roles. https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
  const mayBeTaken = grant && !(kind === "trust" && principal.type === "Account");
  if (!mayBeTaken && (kind === "trust" || !isOwn)) {
    return { effect: "implicitDeny", reason: { type: "missing", kind, statements } };
  }
  const type = principal.type === "Account" ? "rootUser" : "statements";
  return { effect: "allow", reason: { type, statements } };
}

/** A role is taken only by leave of its trust policy, so a caller that forgot to pass it gets a refusal. */
function takesRole({ lowerCaseAction, resource }: Asked): boolean {
  return lowerCaseAction.startsWith("sts:") && /^arn:[^:]*:iam::[^:]*:role\//.test(resource);
}

function firstAllow(asked: Asked, policies: readonly CompiledPolicy[]): CompiledStatement | undefined {
  for (const policy of policies) {
    const allow = policy.allows.find(({ covers, names }) => names(asked.principal).size > 0 && covers(asked));
    if (allow) return allow;
  }
  return undefined;
}

function strongestGrant(asked: Asked, policy: CompiledPolicy | undefined): Grant | undefined {
  let strongest: Grant | undefined;
  for (const statement of policy?.allows ?? []) {
    const namings = statement.names(asked.principal);
    if (namings.size === 0 || !statement.covers(asked)) continue;
    for (const naming of namings) {
      const waives = waiversOf(naming, statement.ref.kind);
      if (!strongest || waives.length > strongest.waives.length) strongest = { ref: statement.ref, waives };
    }
  }
  return strongest;
}

/** AWS says of trust policies only that naming the user or the role suffices: `*` leaves the rest to the account. */
function waiversOf(naming: Naming, kind: PolicyKind): readonly PolicyKind[] {
  const isOpen = naming === "everyone" || naming === "pinned";
  return kind === "trust" && isOpen ? [] : waivedBy[naming];
}
