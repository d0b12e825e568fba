// A signed call of IAM's or EC2's query API, ready to be posted: the command line and the kits call as the operator.
// https://docs.aws.amazon.com/IAM/latest/APIReference/ and https://docs.aws.amazon.com/AWSEC2/latest/APIReference/
import { sha256Hex } from "./payload.ts";
import { type Signer, signRequest } from "./sign.ts";

const VERSIONS = { iam: "2010-05-08", ec2: "2016-11-15" } as const;

export interface QueryCall {
  readonly service: keyof typeof VERSIONS;
  readonly action: string;
  /** As they are sent, `Tags.member.1.Key`; what is undefined is left out. */
  readonly parameters?: Readonly<Record<string, string | undefined>>;
}

/** `endpoint` is the URL's origin, `timeMs` since the epoch. */
export function signedQuery(call: QueryCall, endpoint: string, signer: Omit<Signer, "service">, timeMs: number) {
  const { service, action, parameters = {} } = call;
  const given = Object.entries(parameters).filter((pair): pair is [string, string] => pair[1] !== undefined);
  const body = new URLSearchParams([["Action", action], ["Version", VERSIONS[service]], ...given]).toString();
  const rawHeaders = ["Host", new URL(endpoint).host, "Content-Type", "application/x-www-form-urlencoded"];
  const unsigned = { method: "POST", target: "/", rawHeaders };
  const signed = signRequest(unsigned, { ...signer, service }, { timeMs, payloadHash: sha256Hex(body) }).rawHeaders;
  const headers: Record<string, string> = {};
  for (let i = 0; i < signed.length; i += 2) headers[signed[i]!] = signed[i + 1]!;
  return { headers, body };
}
