// The AWS APIs of the running world, called as the operator: what AWS has an API for, a command does by it. A call is
// signed by world time, which is right in every world, also in one with `clock.strict`.
import { request } from "node:http";
import { worldTime } from "@rolemint/host/clock";
import { type QueryCall, signedQuery } from "@rolemint/sigv4";
import type { ReadyFile } from "@rolemint/simulator";
import { childText, parseXml, type XmlElement } from "@rolemint/wire/xml";
import { CliError } from "./exit.ts";
import { worldClock } from "./running.ts";

export type Service = QueryCall["service"];
export type Parameters = NonNullable<QueryCall["parameters"]>;

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
  const now = await goingClock(ready);
  const { accessKeyId, secretAccessKey } = ready.operator;
  async function call(service: Service, action: string, parameters?: Parameters): Promise<XmlElement> {
    const signer = { accessKeyId, secretAccessKey, region: ready.region };
    const { headers, body } = signedQuery({ service, action, parameters }, ready.endpoints.aws, signer, now());
    const { status, text } = await posted(ready, headers, body);
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
    worldTime: now,
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
  return () => worldTime({ at, time: timeMs, rate }, performance.now());
}

function posted(ready: ReadyFile, signed: Readonly<Record<string, string>>, body: string) {
  const headers = { ...signed, "Content-Length": Buffer.byteLength(body) };
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
