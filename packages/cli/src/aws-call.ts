// The AWS APIs of the running world, called as the operator: what AWS has an API for, a command does by it. A call is
// signed by world time, which is right in every world, also in one with `clock.strict`.
import { request } from "node:http";
import { sha256Hex, signRequest } from "@rolemint/sigv4";
import type { ReadyFile } from "@rolemint/simulator";
import { childText, parseXml, type XmlElement } from "@rolemint/wire/xml";
import { CliError } from "./exit.ts";
import { worldClock } from "./running.ts";

/** https://docs.aws.amazon.com/IAM/latest/APIReference/ and https://docs.aws.amazon.com/AWSEC2/latest/APIReference/ */
const VERSIONS = { iam: "2010-05-08", ec2: "2016-11-15" } as const;

export type Service = keyof typeof VERSIONS;
/** Parameters as they are sent, `Tags.member.1.Key`; what is undefined is left out. */
export type Parameters = Readonly<Record<string, string | undefined>>;

/** AWS's refusal of a call. */
export class AwsRefusal extends CliError {
  readonly code: string;

  constructor(call: string, code: string, message: string) {
    const isMissing = code.startsWith("NoSuch") || code.endsWith(".NotFound");
    const next = isMissing ? "; name one that is there" : "";
    super(isMissing ? "usage" : "refused", `${call} was refused (${code}): ${message.replace(/\.$/, "")}${next}`);
    this.code = code;
  }
}

export interface AwsApis {
  /** The answer's root element. Throws AwsRefusal; a CliError (3) where nothing answers. */
  call(service: Service, action: string, parameters?: Parameters): Promise<XmlElement>;
  /** Every entry of a list that comes in pages, of the elements of that name. */
  list(action: string, parameters: Parameters, entries: string): Promise<readonly XmlElement[]>;
  /** Milliseconds since the epoch, by the world's clock. */
  worldTime(): number;
}

export async function awsApis(ready: ReadyFile): Promise<AwsApis> {
  const worldTime = await goingClock(ready);
  const { accessKeyId, secretAccessKey } = ready.operator;
  async function call(service: Service, action: string, parameters: Parameters = {}): Promise<XmlElement> {
    const given = Object.entries(parameters).filter((pair): pair is [string, string] => pair[1] !== undefined);
    const body = new URLSearchParams([["Action", action], ["Version", VERSIONS[service]], ...given]).toString();
    const signer = { accessKeyId, secretAccessKey, region: ready.region, service };
    const headers = ["Host", new URL(ready.endpoints.aws).host, "Content-Type", "application/x-www-form-urlencoded"];
    const unsigned = { method: "POST", target: "/", rawHeaders: headers };
    const { rawHeaders } = signRequest(unsigned, signer, { timeMs: worldTime(), payloadHash: sha256Hex(body) });
    const { status, text } = await posted(ready, rawHeaders, body);
    const answer = parseXml(text);
    if (status === 200 && answer) return answer;
    const error = answer && descendants(answer, "Error")[0];
    if (!error) {
      throw new CliError("environment", `${ready.endpoints.aws} is no AWS endpoint of rolemint; ${elsewhere(ready)}`);
    }
    const [code = "Unknown", message = ""] = [childText(error, "Code"), childText(error, "Message")];
    throw new AwsRefusal(`${service}:${action}`, code, message);
  }
  return {
    call,
    worldTime,
    async list(action, parameters, entries) {
      const found: XmlElement[] = [];
      for (let Marker: string | undefined; ; ) {
        const page = await call("iam", action, { ...parameters, Marker });
        found.push(...membersOf(page, entries));
        Marker = descendants(page, "Marker")[0]?.text;
        if (Marker === undefined) return found;
      }
    },
  };
}

/** World time as it goes on from one look at it. */
async function goingClock(ready: ReadyFile): Promise<() => number> {
  const { timeMs, rate } = await worldClock(ready);
  const at = performance.now();
  return () => Math.round(timeMs + (performance.now() - at) * rate);
}

function posted(ready: ReadyFile, rawHeaders: readonly string[], body: string) {
  const headers: Record<string, string> = { "Content-Length": String(Buffer.byteLength(body)) };
  for (let i = 0; i < rawHeaders.length; i += 2) headers[rawHeaders[i]!] = rawHeaders[i + 1]!;
  return new Promise<{ status: number; text: string }>((done, fail) => {
    const unreached = () =>
      fail(new CliError("environment", `the AWS APIs at ${ready.endpoints.aws} do not answer; ${elsewhere(ready)}`));
    const sent = request(ready.endpoints.aws, { method: "POST", headers, timeout: 10_000 }, (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (part) => {
        text += part;
      });
      response.on("end", () => done({ status: response.statusCode!, text })).on("error", unreached);
    });
    sent.on("timeout", () => sent.destroy()).on("error", unreached);
    sent.on("close", unreached).end(body);
  });
}

/** A simulator of this host has a pid; containers are reached by ports that Docker chose, or from inside. */
function elsewhere({ pid }: ReadyFile): string {
  if (pid !== null) return "start it again";
  const inside = "`docker compose exec control-plane rolemint …`";
  return `run \`rolemint connect\` again where its containers were started anew, or give the command as ${inside}`;
}

/** All elements of that name, at any depth, in order. */
export function descendants(parent: XmlElement, name: string): readonly XmlElement[] {
  return parent.children.flatMap((child) => [...(child.name === name ? [child] : []), ...descendants(child, name)]);
}

/** The `member`s of the first list of that name. */
export function membersOf(parent: XmlElement, name: string): readonly XmlElement[] {
  return descendants(parent, name)[0]?.children.filter((child) => child.name === "member") ?? [];
}
