// `rolemint explain`: why a request was refused, from who asked down to the statement or the line that decided it.
import pc from "picocolors";
import { type OutputFlags, outputFor, visible } from "../output.ts";
import { callControl, findRunning, type WhereFlags } from "../running.ts";

interface Condition {
  readonly Operator: string;
  readonly Key: string;
  readonly Wanted: readonly string[];
  readonly Given: readonly string[];
}

interface Statement {
  readonly Index: number;
  readonly Sid?: string;
  readonly Effect: "Allow" | "Deny";
  readonly Result: keyof typeof RESULTS;
  readonly Conditions: readonly Condition[];
}

interface Policy {
  readonly Kind: string;
  readonly Name: string;
  readonly Unreadable?: string;
  readonly Statements: readonly Statement[];
  readonly Others: number;
}

/** As ExplainRequest gives it. */
interface Explanation {
  readonly RequestId: string;
  readonly Time: string;
  readonly Outcome: "refused" | "granted";
  readonly Why: string;
  readonly InstanceName?: string;
  readonly Generation?: number;
  readonly AccessKeyId?: string;
  readonly Principal?: string;
  readonly Service?: string;
  readonly Action?: string;
  readonly Resource?: string;
  readonly Method?: string;
  readonly Target?: string;
  readonly Status?: number;
  readonly Code?: string;
  readonly Message?: string;
  readonly Signature?: {
    readonly IsGood: boolean;
    readonly Sentence: string;
    readonly CanonicalRequest?: string;
    readonly StringToSign?: string;
    readonly Partings?: readonly { readonly Part: string; readonly Expected: string; readonly Signed: string }[];
  };
  readonly Clocks?: {
    readonly Signed: string;
    readonly Expires?: string;
    readonly KeyExpires?: string;
    readonly WorldClock: string;
    readonly HostClock: string;
  };
  readonly Decision?: { readonly Action: string; readonly Resource: string; readonly Policies: readonly Policy[] };
}

const RESULTS = {
  decides: "decides",
  matches: "matches",
  "other-principal": "is for other principals",
  "other-action": "is for other actions",
  "other-resource": "is for other resources",
  "condition-fails": "its condition fails",
};

export async function explain(requestId: string, flags: WhereFlags & OutputFlags): Promise<void> {
  const told = await callControl<Explanation>(findRunning(flags), "ExplainRequest", { RequestId: requestId });
  outputFor(flags).result(textOf(told), { version: 1, ...told });
}

function textOf(told: Explanation): string {
  const { Outcome, Code, Status, Time, Signature, Decision } = told;
  const heading = Outcome === "granted" ? pc.green("granted") : pc.red(`refused: ${Code ?? ""}`);
  const lines = [
    `${pc.bold(heading)} ${Status ?? ""} at ${Time} (world time)`,
    row("why", told.Why),
    row("who", whoOf(told)),
    row("asked", [told.Service, told.Action, told.Resource].filter(Boolean).join(" ")),
    row("sent", [told.Method, told.Target].filter(Boolean).join(" ")),
    row("answered", told.Message),
    row("clocks", clocksOf(told)),
    ...(Signature?.Partings ?? []).flatMap(({ Part, Expected, Signed }) => [
      row("parts", `${Part}: expected ${quoted(Expected)}`),
      row("", `${" ".repeat(Part.length)}    signed ${quoted(Signed)}`),
    ]),
    ...block("canonical request", Signature?.CanonicalRequest),
    ...block("string to sign", Signature?.StringToSign),
    ...(Decision?.Policies ?? []).flatMap(policyLines),
  ];
  return lines.filter((line) => line !== undefined).join("\n");
}

function row(name: string, text: string | undefined): string | undefined {
  return text === undefined || text === "" ? undefined : `  ${pc.dim(name.padEnd(10))}${visible(text)}`;
}

function whoOf({ Principal, AccessKeyId, Generation, InstanceName }: Explanation): string {
  const key = AccessKeyId === undefined ? undefined : `key ${AccessKeyId}`;
  const generation = Generation === undefined ? undefined : `generation ${Generation} of ${InstanceName ?? "?"}`;
  return [Principal, key, generation].filter((part) => part !== undefined).join(", ");
}

function clocksOf({ Clocks }: Explanation): string | undefined {
  if (!Clocks) return undefined;
  const { Signed, Expires, KeyExpires, WorldClock, HostClock } = Clocks;
  const parts = [
    `signed ${Signed}`,
    Expires && `URL ends ${Expires}`,
    KeyExpires && `key ends ${KeyExpires}`,
    `world's clock ${WorldClock}`,
    `host's ${HostClock}`,
  ];
  return parts.filter(Boolean).join(", ");
}

function quoted(text: string): string {
  return text === "" ? "nothing" : text;
}

function block(title: string, text: string | undefined): string[] {
  if (text === undefined) return [];
  return [`  ${pc.dim(title)}`, ...text.split("\n").map((line) => `    ${visible(line)}`)];
}

function policyLines({ Kind, Name, Unreadable, Statements, Others }: Policy): string[] {
  const title = `  ${pc.dim(`${Kind} policy`)} ${visible(Name)}`;
  if (Unreadable !== undefined) return [`${title}: cannot be read, so it denies: ${visible(Unreadable)}`];
  const rest = Others > 0 ? [`    … ${Others} statements more`] : [];
  return [title, ...Statements.flatMap(statementLines), ...rest];
}

function statementLines({ Index, Sid, Effect, Result, Conditions }: Statement): string[] {
  const isReached = Result === "decides" || Result === "matches";
  const mark = isReached ? (Effect === "Deny" ? pc.red("✗") : pc.green("✓")) : pc.dim("·");
  const name = Sid === undefined ? `${Index}` : `${Index} (${visible(Sid)})`;
  const conditions = Conditions.map(({ Operator, Key, Wanted, Given }) => {
    const given = Given.length === 0 ? "not there" : Given.join(", ");
    return `        ${visible(`${Operator} ${Key} wants ${Wanted.join(" or ")}; it is ${given}`)}`;
  });
  return [`    ${mark} statement ${name} ${Effect}: ${RESULTS[Result]}`, ...conditions];
}
