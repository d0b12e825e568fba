// What differs between AWS's services on the wire: a service is one of these objects, and the pipeline has no `if`.
import type { Refused } from "@rolemint/caller";
import type { ClaimFault, TimeFault } from "@rolemint/sigv4";
import type { Answer, AwsError, Malformed, UnknownMember, Violation } from "@rolemint/wire";
import type { World } from "@rolemint/world";
import type { Action } from "./action.ts";

/** A request as it arrived, its body whole. */
export interface IncomingCall {
  readonly method: string;
  readonly target: string;
  readonly rawHeaders: readonly string[];
  readonly body: Buffer;
  /** Address of the peer. */
  readonly sourceIp: string;
  readonly isSecure: boolean;
}

/** What the request asks for, before anything is checked: the action's name, and its input still on the wire. */
export interface Asked {
  readonly name: string;
  readonly version: string;
  decode(action: Action): Record<string, unknown>;
}

/** Why a caller was not believed. */
export type AuthenticationFault =
  | { readonly kind: "unsigned" }
  | { readonly kind: "broken"; readonly fault: ClaimFault; readonly authorization: string }
  | { readonly kind: "scope"; readonly text: string }
  | { readonly kind: "unknown-key" | "inactive-key" | "token-missing" | "token-invalid" | "token-expired" }
  | { readonly kind: "time"; readonly fault: TimeFault; readonly signed: number; readonly now: number }
  | { readonly kind: "mismatch" };

export interface Service {
  readonly name: "iam" | "sts" | "ec2" | "cloudtrail";
  readonly actions: ReadonlyMap<string, Action>;
  /** Whether AWS's own model has an operation of this name. */
  isKnown(name: string): boolean;
  /** The regions that a scope may name, that of the service's endpoint first; another is refused. */
  regions(world: World): readonly string[];
  ask(call: IncomingCall): Asked;
  encode(action: Action, output: object, requestId: string, call: IncomingCall): Answer;
  encodeError(error: AwsError, requestId: string, call: IncomingCall): Answer;
  /** The wordings. */
  unknownAction(asked: Asked): AwsError;
  unauthenticated(fault: AuthenticationFault): AwsError;
  denied(refused: Refused, world: World): AwsError;
  malformed(problem: Malformed): AwsError;
  unknownMember(problem: UnknownMember): AwsError;
  invalid(violations: readonly Violation[]): AwsError;
  /** How CloudTrail writes an error code of this service. */
  trailCode(code: string): string;
}
