// How a case is run: a client in a state, once, or held over a change; told as the requests it made and what came of it.
import { setTimeout as wait } from "node:timers/promises";
import type { Bench, BenchSession, OpenOptions, State } from "./bench.ts";
import type { Answer } from "./session.ts";

/** What was found. */
export type Run = (bench: Bench) => Promise<string>;
/** Of a request: other ones each time. */
const ID = /,? ?(?:Extended )?(?:Request|Host) ?ID: [^,)\s]+|(?:s3_extended|aws)_request_id: "[^"]*"(?:, )?/gi;
export const SHORT = { Lifetime: "8s", RenewEvery: "8s" };
/** Past the end of a short life, as the client's clock has it. */
export const PAST_MS = 13_000;
export const PROXY: OpenOptions = {
  env: { http_proxy: "http://127.0.0.1:3128", no_proxy: "169.254.171.1" },
  before: "exec python3 proxy.py",
};

export const once =
  (client: string, state: Partial<State> = {}, step = "list", options: OpenOptions = {}): Run =>
  async (bench) => {
    await bench.set(state);
    const session = await bench.open(client, options);
    if (options.before !== undefined) await wait(1000);
    const answer = await session.step(step);
    return `${await session.requests()}: ${said(answer)}`;
  };

/** One process that works, then meets the change, then is asked again. */
export const held =
  (client: string, state: Partial<State>, change: (bench: Bench) => Promise<void>, step = "list"): Run =>
  async (bench) => {
    await bench.set(state);
    const session = await bench.open(client);
    await mustWork(session, step);
    const before = await session.requests();
    await change(bench);
    const answer = await session.step(step);
    return `${before}: works; then ${await session.requests()}: ${said(answer)}${warned(session)}`;
  };

/** The document's expiry lies an hour back for the client, and ahead for the world, whose clock is late. */
export const withLateWorld =
  (client: string, step = "list"): Run =>
  async (bench) => {
    await bench.control("AdvanceClock", { By: "-75m" });
    try {
      await bench.set({ rotation: { Lifetime: "15m", RenewEvery: "15m" } });
      const session = await bench.open(client);
      const answer = await session.step(step);
      return `${await session.requests()}: ${said(answer)}${warned(session)}`;
    } finally {
      await bench.control("AdvanceClock", { By: "75m" });
    }
  };

/** Of a client that does not outlive it: what it says at its end, as far as it is of that form. */
export const killed =
  (client: string, form: RegExp): Run =>
  async (bench) => {
    await bench.set();
    const session = await bench.open(client);
    const last = await session.step("list").then(said, ({ message }: Error) => form.exec(message)?.[0] ?? message);
    return `${await session.requests()}: ends with ${last}`;
  };

/** A fault of the metadata service for the instance: its name, its parameters, and what else is said of it. */
export type Faulty = readonly [name: string, given?: object, more?: object];

const inject = async (bench: Bench, faults: readonly Faulty[]): Promise<void> => {
  for (const [Name, Parameters = {}, more] of faults) {
    await bench.control("PutFault", { Name, Target: "bench", Parameters, ...more });
  }
};

/** The same under faults, which are gone afterwards. */
export const under =
  (faults: readonly Faulty[], run: Run): Run =>
  async (bench) => {
    try {
      await inject(bench, faults);
      return await run(bench);
    } finally {
      await bench.control("DeleteFault", { All: true });
    }
  };

/** One after the other, each under a fault of its own. */
export const underEach =
  (faults: Readonly<Record<string, Faulty>>, run: Run): Run =>
  async (bench) => {
    const found = [];
    for (const [name, fault] of Object.entries(faults)) {
      found.push(`${name}: ${await under([fault], run)(bench)}`);
      bench.clear();
    }
    return found.join("; ");
  };

/** One process that works, and is asked again under faults that come when its key has ended. */
export const heldUnder = (client: string, faults: readonly Faulty[]): Run =>
  under(
    [],
    held(client, { rotation: SHORT }, async (bench) => {
      await inject(bench, faults);
      await wait(PAST_MS);
    }),
  );

export const disable = async (bench: Bench) => bench.set({ endpoint: "disabled" });
export const disableAndWait = async (bench: Bench) => {
  await bench.set({ endpoint: "disabled", rotation: SHORT });
  await wait(PAST_MS);
};

/** How far ahead botocore puts the end of credentials that live for so long. */
export const botocoreExpiry =
  (...lifetimes: readonly string[]): Run =>
  async (bench) => {
    const found = [];
    for (const Lifetime of lifetimes) {
      await bench.set({ rotation: { Lifetime, RenewEvery: "1m" } });
      const session = await bench.open("boto3");
      const { text } = await mustWork(session, "expiry");
      found.push(`${Lifetime}: ${minutesTo(text)} min`);
      bench.clear();
    }
    return found.join(", ");
  };

/** Four calls of one process, with a new key before each. */
export const renewedBetweenCalls: Run = async (bench) => {
  await bench.set({ rotation: { Lifetime: "200s", RenewEvery: "100s" } });
  const session = await bench.open("js");
  for (let call = 0; call < 4; call++) {
    await bench.control("RotateCredentials", { Instance: "bench" });
    await mustWork(session, "list");
  }
  const keys = await session.keys();
  return `${keys} keys in 4 calls; ${await session.requests()}`;
};

export const swappedRole: Run = async (bench) => {
  await bench.set({ rotation: SHORT });
  const session = await bench.open("rust");
  const roleOf = ({ text }: Answer) => text.split("/")[1];
  const before = roleOf(await mustWork(session, "identity"));
  await session.requests();
  await bench.set({ role: "second", rotation: SHORT });
  await wait(PAST_MS);
  const after = roleOf(await mustWork(session, "identity"));
  return `${before}, then ${await session.requests()}: ${after}`;
};

/** It ends where it finds no credentials; what it says then is in its log. */
export const failedMount: Run = async (bench) => {
  await bench.set({ tokens: "required" });
  const session = await bench.open("s3fs");
  await wait(3000);
  const last = session.logs().split("\n").at(-1) ?? "";
  return `${await session.requests()}: ${last.replace(/^\S+Z \[CRT\] /, "")}`;
};

function minutesTo(time: string): number {
  return Math.round((Date.parse(time) - Date.now()) / 60_000);
}

export function said(answer: Answer | undefined): string {
  if (!answer) return "no such step";
  if (answer.isOk) return /^\d{4}-\d\d-\d\dT\S+$/.test(answer.text) ? `ends in ${minutesTo(answer.text)} min` : "works";
  const text = answer.text.replace(ID, "");
  const line = text.split("\n").find((text) => text.trim() !== "") ?? "fails";
  return line.length > 260 ? `${line.slice(0, 260)}…` : line;
}

export function warned(session: BenchSession): string {
  return /extend|expired|static stability|previously/i.test(session.warnings()) ? " (and warns)" : "";
}

export async function mustWork(session: BenchSession, step: string): Promise<Answer> {
  const answer = await session.step(step);
  if (!answer?.isOk) throw new Error(`it should have worked: ${answer?.text}`);
  return answer;
}
