// Plays one preset to all clients of a lab at once, and keeps what they answered and what the timeline says of them.
import { setTimeout as wait } from "node:timers/promises";
import { ModifyInstanceMetadataOptionsCommand } from "@aws-sdk/client-ec2";
import type { Client } from "../clients/clients.ts";
import type { Session } from "../clients/session.ts";
import { clients as operatorOf } from "../support/aws-clients.ts";
import { type Clock, checkClock, moveClock, openClock } from "./clock.ts";
import { canStep, pauseMs } from "./groups.ts";
import type { MatrixLab } from "./lab.ts";
import { openClient } from "./open.ts";
import type { Plan } from "./plan.ts";
import { fetchPresigned } from "./presigned.ts";
import { sleepThrough } from "./sleep.ts";
import type { MatrixEvent, Observation, Step } from "./watched.ts";

const MINUTE_MS = 60_000;
/** They are asked once their programs are loaded; the slowest takes so long. */
const LOADING_MS = 60_000;
/** For so long, and a little more, libfaketime goes by what it has read. */
const CLOCK_KEPT_MS = 1200;
/** A call that waits for less than so many pauses at the end is no failure. */
const PATIENCE = 5;

/** How a group lives: at a rate, with minutes of the plan as they are, or in seconds. */
export interface Pace {
  readonly isMoved: boolean;
  readonly rate: number;
  /** Length of a minute of the plan, in milliseconds of world time. */
  readonly minuteMs: number;
}

export async function play(lab: MatrixLab, plan: Plan, pace: Pace): Promise<Map<string, Observation>> {
  await prepare(lab, plan, pace);
  const since = (await lab.project.control("ListEvents", { Since: "9999-01-01T00:00:00Z" })).Next as string;
  await renewAll(lab);
  const clock = await openClock(lab.project, pace.rate);
  const playing = lab.clients.filter((client) => canStep(client, plan.step ?? "list"));
  const run = { isOver: false, isAsleep: false };
  let incidentMs: number | undefined;
  const strike = async () => {
    incidentMs = clock.now();
    if (plan.clock === "sleeps") {
      run.isAsleep = true;
      await sleepThrough(lab, playing, clock, plan.preset!);
      run.isAsleep = false;
      return;
    }
    const before = clock.now();
    // Nobody calls between the world's move and the client's.
    run.isAsleep = plan.clock === "moves";
    await putPreset(lab, plan, pace);
    if (plan.clock !== "moves") return;
    await followClock(lab, playing, clock, before, pace);
    await wait(CLOCK_KEPT_MS);
    run.isAsleep = false;
  };
  const isEarly = plan.preset !== undefined && plan.atMinutes === 0;
  if (isEarly) await strike();
  const sessions = await openAll(lab, playing, clock, pace);
  // What begins before the programs has its own keys.
  if (!isEarly) await renewAll(lab);
  const startMs = clock.now();
  const atMs = (minutes: number) => wait(Math.max((startMs + minutes * pace.minuteMs - clock.now()) / pace.rate, 0));
  const steps = new Map<string, Step[]>();
  const loops = playing.map((client) => {
    const own: Step[] = [];
    steps.set(client.name, own);
    return loop(lab, client, sessions.get(client)!, plan, clock, own, run);
  });
  if (plan.preset !== undefined && plan.atMinutes > 0) {
    await atMs(plan.atMinutes);
    await strike();
  }
  // The clock may have been moved by the incident, which is no watching.
  const pass = (minutes: number) => wait((minutes * pace.minuteMs) / pace.rate);
  const healMinutes = plan.healMinutes ?? plan.atMinutes;
  await pass(healMinutes - plan.atMinutes);
  if (plan.healMinutes !== undefined) await lab.project.control("DeleteFault", { All: true });
  await pass(plan.watchMinutes - healMinutes);
  run.isOver = true;
  const endMs = clock.now();
  await Promise.race([Promise.all(loops), wait(3000)]);
  await lab.restart();
  await Promise.all([...sessions.values()].map((session) => session.end()));
  await wait(1000);
  const watched = { startMs, endMs, watchedMs: plan.watchMinutes * pace.minuteMs, incidentMs };
  const observed = new Map<string, Observation>();
  for (const client of playing) {
    const { name } = client;
    const patienceMs = PATIENCE * pauseMs(client) * pace.rate;
    const isOver = ({ fromMs, toMs }: Step) => toMs !== undefined || endMs - fromMs > patienceMs;
    observed.set(name, {
      ...watched,
      steps: steps.get(name)!.filter(isOver),
      events: await eventsOf(lab, name, since),
    });
  }
  return observed;
}

/** Every program started and loaded, on the clock that it is to have. */
async function openAll(
  lab: MatrixLab,
  clients: readonly Client[],
  clock: Clock,
  pace: Pace,
): Promise<Map<Client, Session>> {
  const opened = clients.map(
    async (client) => [client, await openClient(lab, client, pace, () => clock.line)] as const,
  );
  const sessions = new Map(await Promise.all(opened));
  const loaded = [...sessions.values()].map((session) => session.step("ready").catch(() => undefined));
  await Promise.race([Promise.all(loaded), wait(LOADING_MS)]);
  if (pace.isMoved) for (const client of clients) checkClock(lab.clockFile(client), clock.line);
  return sessions;
}

/** All as on the first day: no fault, the plan's keys. The clock goes at the host's pace. */
async function prepare({ project, clients }: MatrixLab, plan: Plan, pace: Pace): Promise<void> {
  await project.control("DeleteFault", { All: true });
  // Clocks that cannot be moved show the host's time, and the world's does as well.
  await project.control("SetClock", { Rate: 1, ...(!pace.isMoved && { Time: new Date(Date.now()).toISOString() }) });
  const { lifetimeMinutes, renewMinutes } = plan.schedule;
  const text = (minutes: number) => `${(minutes * pace.minuteMs) / 1000}s`;
  const { ec2 } = operatorOf(project.ready());
  for (const { name, tokens = "required" } of clients) {
    const schedule = { Lifetime: text(lifetimeMinutes), RenewEvery: text(renewMinutes) };
    await project.control("SetRotation", { Instance: name, ...schedule });
    const InstanceId = project.ready().instances[name]!.instanceId;
    const HttpTokens = plan.areTokensOptional ? "optional" : tokens;
    await ec2.send(new ModifyInstanceMetadataOptionsCommand({ InstanceId, HttpTokens }));
  }
}

async function renewAll({ project, clients }: MatrixLab): Promise<void> {
  await Promise.all(clients.map(({ name }) => project.control("RotateCredentials", { Instance: name })));
}

async function putPreset({ project }: MatrixLab, { preset, wish = {} }: Plan, { minuteMs }: Pace): Promise<void> {
  await project.control("PutPreset", {
    Name: preset,
    Target: "all",
    ...(wish.parameters && { Parameters: wish.parameters }),
    ...(wish.forMinutes !== undefined && { For: `${(wish.forMinutes * minuteMs) / 1000}s` }),
  });
}

/** The preset moved the world's clock: those of the clients go with it. */
async function followClock(
  lab: MatrixLab,
  clients: readonly Client[],
  clock: Clock,
  before: number,
  { isMoved, rate }: Pace,
): Promise<void> {
  const old = clock.line;
  const fresh = await openClock(lab.project, rate);
  clock.line = fresh.line;
  if (isMoved) for (const client of clients) moveClock(lab.clockFile(client), old, fresh.line);
  if (clock.now() - before < MINUTE_MS) throw new Error("the preset moved no clock");
}

async function loop(
  lab: MatrixLab,
  client: Client,
  session: Session,
  plan: Plan,
  clock: { now(): number },
  steps: Step[],
  run: { readonly isOver: boolean; readonly isAsleep: boolean },
): Promise<void> {
  let url: string | undefined;
  const once = async () => {
    if (plan.step !== "presign") return session.step(plan.step ?? "list");
    url ??= (await session.step("presign"))?.text;
    return fetchPresigned(lab.project.ready().endpoints.aws, url ?? "");
  };
  while (!run.isOver) {
    const due = performance.now() + pauseMs(client);
    const step: Step = { fromMs: clock.now() };
    steps.push(step);
    try {
      const answer = await once();
      if (run.isOver) return;
      Object.assign(step, { toMs: clock.now(), isOk: answer?.isOk ?? false, text: answer?.text ?? "no such step" });
    } catch (problem) {
      if (!run.isOver) Object.assign(step, { toMs: clock.now(), isOk: false, text: (problem as Error).message });
      // A program that has ended does not come back; a command is started anew.
      if ("program" in client.runs) return;
    }
    await wait(Math.max(due - performance.now(), 0));
    while (run.isAsleep) await wait(100);
  }
}

async function eventsOf({ project }: MatrixLab, Instance: string, since: string): Promise<MatrixEvent[]> {
  const events: MatrixEvent[] = [];
  for (let Since = since; ; ) {
    const page = await project.control("ListEvents", { Instance, Since, Limit: 10_000 });
    events.push(...page.Events);
    if (page.Events.length < 10_000) return events;
    Since = page.Next;
  }
}
