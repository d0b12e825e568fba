// Calls of the AWS APIs with the operator's key: what AWS has an API for, the kit does by it.
import { type QueryCall, signedQuery } from "@rolemint/sigv4";
import type { Operator } from "./started.ts";

/** AWS's refusal of a call: `code` is AWS's. */
export class OperatorError extends Error {
  readonly code: string;

  constructor(action: string, code: string, message: string) {
    super(`${action}: ${message} (${code})`);
    this.name = "OperatorError";
    this.code = code;
  }
}

export interface Calls {
  readonly endpoint: string;
  readonly region: string;
  readonly operator: Operator;
  /** World time, which a signature may be dated by in every world. */
  timeMs(): Promise<number>;
}

/** Gives the answer as it came. Rejects with OperatorError. */
export async function callAws(
  { endpoint, region, operator, timeMs }: Calls,
  service: QueryCall["service"],
  action: string,
  parameters: Readonly<Record<string, string>>,
): Promise<string> {
  const signer = { ...operator, region };
  const { headers, body } = signedQuery({ service, action, parameters }, endpoint, signer, await timeMs());
  // Not kept, for the reason that those of the control API are not.
  const sent = { ...headers, connection: "close" };
  const response = await fetch(`${endpoint}/`, { method: "POST", headers: sent, body });
  const text = await response.text();
  if (response.ok) return text;
  throw new OperatorError(action, inElement("Code", text) ?? "Unknown", inElement("Message", text) ?? text);
}

/** The text of the first element of that name. */
export function inElement(name: string, xml: string): string | undefined {
  return new RegExp(`<${name}>([^<]*)</${name}>`).exec(xml)?.[1];
}
