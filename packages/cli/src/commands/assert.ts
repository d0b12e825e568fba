// `rolemint assert`: whether the timeline shows what is expected of an application. Ends with 1 where it does not.
import { appendFileSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { suggestion } from "@rolemint/config/nearest";
import { eventsOf, type TimelineEvent } from "@rolemint/expectations";
import type { ReadyFile } from "@rolemint/simulator";
import { type Assertion, readExpression } from "../assertions/expression.ts";
import { type Judged, junitText, markdownText } from "../assertions/report.ts";
import { CliError, EXIT } from "../exit.ts";
import { outputFor, visible } from "../output.ts";
import { findRunning, type ListedInstance, listInstances, type WhereFlags } from "../running.ts";
import { timeIn } from "../time-flag.ts";
import { eachPage } from "../trace/pages.ts";

export interface AssertFlags extends WhereFlags {
  readonly instance?: string;
  readonly since?: string;
  readonly junit?: string;
  readonly markdown?: string;
  readonly json?: boolean;
  readonly quiet?: boolean;
}

/** Resolves with the exit code. */
export async function assert(expressions: readonly string[], flags: AssertFlags): Promise<number> {
  const assertions = readAll(expressions);
  const began = performance.now();
  const ready = findRunning(flags);
  const since = flags.since === undefined ? undefined : await timeIn("--since", flags.since, ready);
  const judged = await judgeAll(ready, assertions, flags.instance, since);
  const run = { at: new Date().toISOString(), host: hostname(), seconds: (performance.now() - began) / 1000 };
  if (flags.junit !== undefined) write(flags.junit, junitText(judged, run), writeFileSync);
  if (flags.markdown !== undefined) write(flags.markdown, markdownText(judged), appendFileSync);
  const pass = judged.every((one) => one.pass);
  outputFor(flags).result(textOf(judged, flags.quiet === true), { version: 1, pass, results: judged });
  return pass ? 0 : EXIT.refused;
}

/** Throws CliError (2) with every wrong expression. */
function readAll(expressions: readonly string[]): Assertion[] {
  const read = expressions.map(readExpression);
  const problems = read.flatMap((one) => ("problem" in one ? one.problem : []));
  if (problems.length > 0) {
    const joined = expressions.join(" ");
    const isOne = expressions.length > 1 && !("problem" in readExpression(joined));
    const quoted = isOne
      ? [`each argument is an expression of its own; did you mean "${joined}", with quotes?`]
      : problems;
    throw new CliError("usage", quoted.join("\n"));
  }
  return read as Assertion[];
}

async function judgeAll(
  ready: ReadyFile,
  assertions: readonly Assertion[],
  fallback: string | undefined,
  since: number | undefined,
): Promise<Judged[]> {
  const instances = await listInstances(ready);
  const asked = assertions.map(({ text, instance, isForAll }) => {
    const who = instance ?? fallback ?? (isForAll ? undefined : onlyOf(instances, text));
    return { who, id: who === undefined ? undefined : idOf(instances, who) };
  });
  const events = await allEvents(ready);
  return assertions.map(({ text, expectation }, index) => {
    const { who, id } = asked[index]!;
    const own = id === undefined ? events : eventsOf(events, id);
    const scope = { ...(who !== undefined && { who }), ...(since !== undefined && { since }) };
    const { pass, reason, message } = expectation(own, scope);
    return { expression: text, instance: who, pass, reason, message };
  });
}

function onlyOf(instances: readonly ListedInstance[], text: string): string {
  const [only, ...others] = instances.map(({ Name }) => Name);
  if (only !== undefined && others.length === 0) return only;
  const names = instances.map(({ Name }) => Name).join(", ") || "none";
  throw new CliError("usage", `"${text}" does not say of which instance: there are ${names}`);
}

/** One that has ended can be named by its id. */
function idOf(instances: readonly ListedInstance[], who: string): string {
  const found = instances.filter(({ Name, InstanceId }) => Name === who || InstanceId === who);
  if (found.length === 1) return found[0]!.InstanceId;
  if (found.length === 0 && /^i-[0-9a-f]{17}$/.test(who)) return who;
  const names = instances.map(({ Name }) => Name);
  if (found.length > 1)
    throw new CliError("usage", `${found.length} running instances are called ${who}; name it by its id`);
  const guess = suggestion(who, names);
  throw new CliError("usage", `no running instance is called ${who}; there are ${names.join(", ") || "none"}${guess}`);
}

async function allEvents(ready: ReadyFile): Promise<TimelineEvent[]> {
  const events: TimelineEvent[] = [];
  await eachPage(ready, { Since: "0" }, (page) => {
    for (const event of page.Events) events.push(event);
    return true;
  });
  return events;
}

function write(path: string, text: string, by: (path: string, text: string) => void): void {
  try {
    by(path, text);
  } catch (error) {
    throw new CliError("environment", `${path} cannot be written: ${(error as Error).message}`);
  }
}

function textOf(judged: readonly Judged[], isQuiet: boolean): string {
  const failed = judged.filter(({ pass }) => !pass);
  const lines = judged.map(({ expression, pass, reason }) =>
    visible(`${pass ? "ok    " : "FAILED"}  ${expression}: ${reason}`),
  );
  const shown = isQuiet ? lines.filter((_, index) => !judged[index]!.pass) : lines;
  const timelines = [...new Set(failed.map(({ message }) => message.slice(message.indexOf("\n") + 2)))];
  return [...shown, ...timelines.flatMap((timeline) => ["", ...timeline.split("\n").map(visible)])].join("\n");
}
