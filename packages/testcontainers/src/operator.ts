// Calls of the AWS APIs with the operator's key: what AWS has an API for, the kit does by it.
// https://docs.aws.amazon.com/IAM/latest/APIReference/ and https://docs.aws.amazon.com/AWSEC2/latest/APIReference/
import { sha256Hex, signRequest } from "@rolemint/sigv4";
import type { Operator } from "./started.ts";

const VERSIONS = { iam: "2010-05-08", ec2: "2016-11-15" } as const;

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
  service: keyof typeof VERSIONS,
  action: string,
  parameters: Readonly<Record<string, string>>,
): Promise<string> {
  const body = new URLSearchParams({ Action: action, Version: VERSIONS[service], ...parameters }).toString();
  const type = "application/x-www-form-urlencoded";
  const unsigned = { method: "POST", target: "/", rawHeaders: ["Host", new URL(endpoint).host, "Content-Type", type] };
  const options = { timeMs: await timeMs(), payloadHash: sha256Hex(body) };
  const { rawHeaders } = signRequest(unsigned, { ...operator, region, service }, options);
  // Not kept, for the reason that those of the control API are not.
  const headers = new Headers({ connection: "close" });
  for (let i = 0; i < rawHeaders.length; i += 2) {
    if (rawHeaders[i] !== "Host") headers.append(rawHeaders[i]!, rawHeaders[i + 1]!);
  }
  const response = await fetch(`${endpoint}/`, { method: "POST", headers, body });
  const text = await response.text();
  if (response.ok) return text;
  throw new OperatorError(action, inElement("Code", text) ?? "Unknown", inElement("Message", text) ?? text);
}

/** The text of the first element of that name. */
export function inElement(name: string, xml: string): string | undefined {
  return new RegExp(`<${name}>([^<]*)</${name}>`).exec(xml)?.[1];
}
