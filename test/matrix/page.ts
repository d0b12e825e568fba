// docs/sdk-matrix.md: every client under every preset, as a table of outcomes, a table for each preset, and what stands
// out. Only what was measured is told as a figure; else why it was not.
import { presets } from "@rolemint/world";
import { CLIENTS, type Client } from "../clients/clients.ts";
import { evaluate, type Verdict } from "./evaluate.ts";
import { findings } from "./findings.ts";
import { canStep, isClockless, whyUnmoved } from "./groups.ts";
import { NOTHING, PLANS, type Plan } from "./plan.ts";
import type { Observation } from "./watched.ts";

export const FILE = "docs/sdk-matrix.md";

const SKEWED = /RequestTimeTooSkewed|The difference between the request time and the current time is too large/;

/** By plan, then by client. */
export type Observed = Readonly<Record<string, Readonly<Record<string, Observation>>>>;

export interface Run {
  readonly date: string;
  readonly minutes: number;
  /** Whether one run measured it all. */
  readonly isWhole: boolean;
  readonly versions: Readonly<Record<string, string>>;
  readonly observed: Observed;
}

/** A verdict, or why there is none. */
export type Cell = { readonly verdict: Verdict } | { readonly why: string };

export function cellOf(observed: Observed, name: string, client: Client): Cell {
  const plan = PLANS[name]!;
  const { unmoved } = plan;
  if (!canStep(client, plan.step ?? "list")) return { why: `its program has no ${plan.step} step` };
  if (whyUnmoved(client) && unmoved && "why" in unmoved) return { why: unmoved.why };
  const observation = observed[name]?.[client.name];
  if (!observation) return { why: "there was no good run of it" };
  const verdict = evaluate(plan.step === "multipart" ? untilUploaded(observation) : reallyListed(observation, plan));
  if (observation.steps.some(({ text }) => SKEWED.test(text ?? "")))
    return { why: "the machine was too slow for the clocks to stay together" };
  if (observation.steps.length < 3 && observation.steps.every(({ toMs }) => toMs !== undefined))
    return { why: "too few calls in the time" };
  return { verdict };
}

/** Where a file system could not be mounted, its folder is empty, and to list it is no success. */
function reallyListed(observation: Observation, { step }: Plan): Observation {
  if (step !== undefined) return observation;
  const steps = observation.steps.map((one) =>
    one.isOk && !one.text?.includes("hello.txt") ? { ...one, isOk: false, text: "nothing is mounted" } : one,
  );
  return { ...observation, steps };
}

/** The upload that the key ended in. The preset meets every one after it as well. */
function untilUploaded(observation: Observation): Observation {
  const { steps } = observation;
  const hurt = steps.findIndex(({ isOk }) => isOk === false);
  const done = steps.findIndex(({ isOk }, index) => hurt >= 0 && index > hurt && isOk);
  return done < 0 ? observation : { ...observation, steps: steps.slice(0, done + 1) };
}

const WHOLE = "All of it was measured in that one run.";
const PIECED = "Some presets were measured in a run of their own (`MATRIX_ONLY=PRESET,… make matrix`).";

export function pageOf(run: Run): string {
  const names = Object.keys(PLANS);
  const cells = (name: string) => CLIENTS.map((client) => [client, cellOf(run.observed, name, client)] as const);
  const overview = CLIENTS.map((client) =>
    row([titleOf(client), ...names.map((name) => short(cellOf(run.observed, name, client)))]),
  );
  const versions = CLIENTS.map((client) =>
    row([
      client.title,
      run.versions[client.name] ?? "unknown",
      whyUnmoved(client) ?? (isClockless(client) ? "the host's: it compares none" : "moved, with the world's"),
    ]),
  );
  const sections = names.map((name) => sectionOf(name, PLANS[name]!, cells(name)));
  return `<!-- Made by \`make matrix\`, which runs all of this and writes it anew. -->
# How SDKs live through incidents

Every client of [clients.md](clients.md), unmodified, in a container that is an instance with a role, under every preset of
\`rolemint fault preset\`. Run on ${run.date} by \`make matrix\`, in ${run.minutes} minutes. Each client lists a bucket again and
again (a command is started anew each time); the answers, and what the timeline says of its instance, give these tables.
${run.isWhole ? WHOLE : PIECED} Where nothing was measured, it says why.

Real services, networks and versions differ: this says what a client does with what it is given, not how often that happens.

## What stands out

${findings(run.observed)}

## In short

**ok**: no call failed. **45 min**: calls failed, and all went well again so long after the first that did. **no**: the last
call of the time that was watched failed as well. **–**: not measured; the table of the preset says why. Clients with an
asterisk have a clock that cannot be moved: for them a minute of the preset is a second, and so are their figures.

${row(["client", ...names.map((name) => (name === NOTHING ? "nothing" : name))])}
|${"---|".repeat(names.length + 1)}
${overview.join("\n")}

## How it was run

Clients whose clock libfaketime can move run with the world's, 10 to 160 times as fast: hours pass in minutes, and every
time here is of that clock. What waits on the wire (timeouts, retries) takes real time, and looks longer by the rate: one
second is 100 seconds at 100 times. A call comes every 2 seconds of real time, a command every 4: recovery is told
no finer. The other clients live at the host's pace, with keys of a minute and incidents of seconds.

${row(["client", "version", "its clock"])}
|---|---|---|
${versions.join("\n")}

- **left at refresh**: how long the keys it held were still good when it fetched other ones, median; in brackets how many
  such fetches there were. Negative: they had ended. A command holds no keys between two runs: it is left out.
- **metadata/h**: requests to the metadata service for an hour of the time that was watched; at the host's pace all of them.
- **failed**: calls that failed of all, and the first error.
- **recovered**: from the first call that failed to the first after which none did.

${sections.join("\n\n")}
`;
}

function titleOf(client: Client): string {
  return whyUnmoved(client) ? `${client.title} *` : client.title;
}

function sectionOf(name: string, plan: Plan, cells: readonly (readonly [Client, Cell])[]): string {
  const [, preset] = presets().find(([one]) => one === plan.preset) ?? [];
  const { lifetimeMinutes, renewMinutes } = plan.schedule;
  const good = preset ? ` A good client ${preset.goodClient}.` : "";
  const slow = plan.unmoved && !("why" in plan.unmoved) ? plan.unmoved : {};
  const [own = lifetimeMinutes, ownRenewal = renewMinutes] = [
    slow.schedule?.lifetimeMinutes,
    slow.schedule?.renewMinutes,
  ];
  const rows = cells.map(([client, cell]) => row([titleOf(client), ...details(client, plan, cell)]));
  const unmoved =
    plan.unmoved && "why" in plan.unmoved
      ? ""
      : ` At the host's pace (*): keys of ${own} s, new every ${ownRenewal} s, ${slow.watchMinutes ?? plan.watchMinutes} s.`;
  return `## ${name === NOTHING ? "Nothing happens" : name}

${plan.title}.${good} Keys of ${minutes(lifetimeMinutes)}, new ones every ${minutes(renewMinutes)}, watched for
${minutes(plan.watchMinutes)} at ${plan.rate} times the pace.${wishText(plan)}${unmoved}

${row(["client", "left at refresh", "metadata/h", "failed", "recovered"])}
|---|---|---|---|---|
${rows.join("\n")}`;
}

function wishText({ wish, healMinutes }: Plan): string {
  const given = Object.entries(wish?.parameters ?? {}).map(([key, value]) => `\`${key}=${value}\``);
  const lasting = healMinutes ?? wish?.forMinutes;
  const lasts = lasting === undefined ? [] : [`for ${minutes(lasting)}`];
  const parameters = given.length > 0 ? [`with ${given.join(", ")}`] : [];
  const all = [...parameters, ...lasts];
  return all.length > 0 ? ` Put ${all.join(" ")}.` : "";
}

function details(client: Client, { step }: Plan, cell: Cell): string[] {
  if ("why" in cell) return [`not measured: ${cell.why}`, "–", "–", "–"];
  const { leftMs, refreshes, requests, requestsAnHour, calls, failed, firstError, outcome } = cell.verdict;
  const isCommand = "commands" in client.runs && client.runs.process === undefined;
  const left = isCommand ? "each run fetches" : leftMs === undefined ? "did not" : `${duration(leftMs)} (${refreshes})`;
  const asked = whyUnmoved(client) ? `${requests} in all` : figure(requestsAnHour);
  const error = firstError === undefined ? "" : `: ${firstError}`;
  const recovered =
    outcome.is === "unhurt" ? "never hurt" : outcome.is === "failing" ? "no" : `after ${duration(outcome.afterMs)}`;
  return [step === "presign" ? "–" : left, asked, `${failed} of ${calls}${error}`, recovered];
}

function short(cell: Cell): string {
  if ("why" in cell) return "–";
  const { outcome } = cell.verdict;
  return outcome.is === "unhurt" ? "ok" : outcome.is === "failing" ? "no" : duration(outcome.afterMs);
}

export function duration(ms: number): string {
  const [sign, size] = [ms < 0 ? "-" : "", Math.abs(ms) / 1000];
  if (size < 120) return `${sign}${Math.round(size)} s`;
  return size < 7200 ? `${sign}${Math.round(size / 60)} min` : `${sign}${(size / 3600).toFixed(1)} h`;
}

function minutes(count: number): string {
  return count >= 120 && count % 30 === 0 ? `${count / 60} hours` : `${count} minutes`;
}

function figure(number: number): string {
  return number >= 10 || number === 0 ? String(Math.round(number)) : number.toFixed(1);
}

function row(cells: readonly string[]): string {
  const escaped = cells.map((cell) => cell.replaceAll("|", "\\|").replaceAll("<", "&lt;").replace(/\s+/g, " ").trim());
  return `| ${escaped.join(" | ")} |`;
}
