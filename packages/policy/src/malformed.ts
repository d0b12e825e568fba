// What the grammars answer, and the two checks that they share.
import { conditionsOf } from "./document.ts";
import { isObject } from "./json.ts";
import { parseOperator } from "./operators.ts";

/** Why a document is refused: the code and the message of AWS's answer, HTTP status 400. */
export interface Malformed {
  readonly code: "MalformedPolicyDocument" | "MalformedPolicy";
  readonly message: string;
}

/** The first operator of a Condition block that does not exist. */
export function unknownOperator(raw: unknown): string | undefined {
  return isObject(raw) ? Object.keys(raw).find((operator) => !parseOperator(operator)) : undefined;
}

/** Whether a Condition block, or its absence, has the right form and only operators that exist. */
export function isCondition(raw: unknown): boolean {
  return conditionsOf(raw) !== undefined && unknownOperator(raw) === undefined;
}

/** Whether a Sid other than the empty one is there twice. */
export function repeatsSid(sids: readonly unknown[]): boolean {
  const given = sids.filter((sid) => sid !== undefined && sid !== "");
  return new Set(given).size < given.length;
}
