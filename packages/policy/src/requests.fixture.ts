// Principals and requests for the tests of this package.
import { compilePolicy, type Decision, evaluate, type Policies } from "./evaluate.ts";
import type { Principal, SignedPrincipal } from "./principal.ts";
import type { PolicyKind, Request } from "./statement.ts";

export const account = "111122223333";
export const otherAccount = "444455556666";

export const session: SignedPrincipal = {
  type: "AssumedRole",
  accountId: account,
  arn: `arn:aws:sts::${account}:assumed-role/app/i-0abc1234def567890`,
  principalArn: `arn:aws:iam::${account}:role/team/app`,
  userId: "AROA3EXAMPLEEXAMPLE01:i-0abc1234def567890",
};
export const user: SignedPrincipal = {
  type: "User",
  accountId: account,
  arn: `arn:aws:iam::${account}:user/alice`,
  principalArn: `arn:aws:iam::${account}:user/alice`,
  userId: "AIDA3EXAMPLEEXAMPLE01",
};
export const root: SignedPrincipal = {
  type: "Account",
  accountId: account,
  arn: `arn:aws:iam::${account}:root`,
  principalArn: `arn:aws:iam::${account}:root`,
  userId: account,
};
export const federatedUser: SignedPrincipal = {
  type: "FederatedUser",
  accountId: account,
  arn: `arn:aws:sts::${account}:federated-user/bob`,
  principalArn: `arn:aws:iam::${account}:user/alice`,
  userId: `${account}:bob`,
};
export const ec2: Principal = { type: "AWSService", service: "ec2.amazonaws.com" };
export const anonymous: Principal = { type: "Anonymous" };

export function request(changes: Partial<Request> = {}): Request {
  return {
    principal: session,
    action: "s3:GetObject",
    resource: "arn:aws:s3:::b/k",
    resourceAccount: account,
    context: {},
    ...changes,
  };
}

export interface RawStatement {
  readonly Effect: "Allow" | "Deny";
  readonly [element: string]: unknown;
}

export function document(...statements: readonly RawStatement[]): string {
  return JSON.stringify({ Version: "2012-10-17", Statement: statements });
}

export function policy(kind: PolicyKind, ...statements: readonly RawStatement[]) {
  return compilePolicy({ kind, name: `${kind}-policy`, text: document(...statements) });
}

/** The effect of one identity policy on a request. */
export function effectOf(statements: readonly RawStatement[], changes: Partial<Request> = {}): Decision["effect"] {
  return evaluate(request(changes), { identity: [policy("identity", ...statements)] }).effect;
}

export function effect(changes: Partial<Request>, policies: Policies): Decision["effect"] {
  return evaluate(request(changes), policies).effect;
}

export const allowAll: RawStatement = { Effect: "Allow", Action: "*", Resource: "*" };
