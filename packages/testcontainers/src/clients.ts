// The attached containers as clients: each one's clock, and whether it stands still. Both are moved by the kit's calls,
// and by faults of the world, which tells of them on a stream that is open as long as the container is attached.
import { hostClock } from "@rolemint/host/clock";
import { parseDuration } from "@rolemint/host/duration";
import { pause } from "@rolemint/host/schedule";
import type { Attached, AttachOptions } from "./attach.ts";
import {
  beganMs,
  type ClientClock,
  type ClockLine,
  clockFile,
  pauseContainer,
  resumeContainer,
  type Setting,
  type Skew,
  type Sleep,
  settingFor,
  skewOf,
  UNMOVED,
  writeClock,
} from "./client-clock.ts";
import type { Control } from "./control.ts";

/** A started container, or the name of its instance. */
export type App = string | { getId(): string };

/** What `GET /client` tells. */
interface ToldState {
  readonly Stopped: boolean;
  readonly Offset: string;
}

interface Client {
  attached: Attached;
  skew: Skew;
  /** By faults. */
  isStopped: boolean;
  offsetMs: number;
  /** What was told is done in order. */
  doing: Promise<void>;
  closeStream(): void;
}

/** A state is told before the call is answered that made it, on another connection. */
const TOLD_MS = 50;

/** World time, as near as it can be known here. */
async function lineOf(control: Control): Promise<ClockLine> {
  const before = hostClock.now();
  const { Time, ClockRate } = await control.ask<{ Time: string; ClockRate: number }>("DescribeWorld");
  return { hostMs: (before + hostClock.now()) / 2, worldMs: Date.parse(Time), rate: ClockRate };
}

/** For a container that begins now, or for one that has begun. */
async function settingOf(control: Control, clock: AttachOptions["clock"], client?: Client): Promise<Setting> {
  const { skew = UNMOVED, offsetMs = 0 } = client ?? {};
  const off = { rate: skew.rate, offsetMs: skew.offsetMs + offsetMs };
  if (clock !== "world") return off;
  const line = await lineOf(control);
  const isSteady = line.rate === 1 && skew.rate === 1;
  return settingFor(line, off, isSteady || !client ? line.hostMs : await beganMs(client.attached.containerId));
}

async function setClock(control: Control, client: Client): Promise<void> {
  const { containerId, clock, copy } = client.attached;
  const setting = await settingOf(control, clock, client);
  if (client.isStopped) await copy(clockFile(setting));
  else await writeClock(containerId, setting);
}

async function stop(client: Client): Promise<void> {
  if (client.isStopped) throw new Error(`${client.attached.instance} stands still already`);
  client.isStopped = true;
  try {
    await pauseContainer(client.attached.containerId);
  } catch (error) {
    client.isStopped = false;
    throw error;
  }
}

/** It wakes up with the time that it is by then. */
async function wake(control: Control, client: Client): Promise<void> {
  try {
    if (client.attached.clock === "world") await setClock(control, client);
  } finally {
    client.isStopped = false;
    await resumeContainer(client.attached.containerId);
  }
}

/** Gives whether it woke up, which may have moved the world's clock. */
async function apply(control: Control, client: Client, { Stopped, Offset }: ToldState): Promise<boolean> {
  const offsetMs = parseDuration(Offset, { signed: true }) ?? 0;
  if (offsetMs !== client.offsetMs) {
    client.offsetMs = offsetMs;
    await setClock(control, client);
  }
  if (Stopped && !client.isStopped) await stop(client);
  const isWaking = !Stopped && client.isStopped;
  if (isWaking) await wake(control, client);
  return isWaking;
}

function openStream(control: Control, client: Client, woken: () => Promise<void>): void {
  const { instance, clock } = client.attached;
  const query = new URLSearchParams({ instance, clock: String(clock !== undefined) });
  const stream = control.lines(`/client?${query}`, (text) => {
    const done = client.doing.then(() => apply(control, client, JSON.parse(text) as ToldState));
    // A container that ends meanwhile has nothing to be done to.
    client.doing = done.then((isAwake) => (isAwake ? woken() : undefined)).catch(() => {});
  });
  client.closeStream = stream.close;
}

function findIn(clients: readonly Client[], app: App): Client {
  const isIt = ({ attached }: Client) =>
    typeof app === "string" ? attached.instance === app : attached.containerId === app.getId();
  const found = clients.find(isIt);
  if (!found) throw new Error(`${typeof app === "string" ? app : "that container"} is not attached`);
  return found;
}

export function openClients(control: Control) {
  const clients = new Map<string, Client>();

  const find = (app: App) => findIn([...clients.values()], app);

  async function follow(): Promise<void> {
    const following = [...clients.values()].filter(({ attached }) => attached.clock === "world");
    await Promise.all(following.map((client) => setClock(control, client)));
  }

  return {
    line: () => lineOf(control),
    find: (app: App) => find(app).attached,
    list: () => [...clients.values()].map(({ attached }) => attached),
    /** What a container is to begin with. */
    beginning: (clock: AttachOptions["clock"]) => settingOf(control, clock),
    /** With each start of the container. At a rate its clock counts from there. */
    async started(attached: Attached): Promise<void> {
      const known = clients.get(attached.instance);
      const client = known ?? newClient(attached);
      client.attached = attached;
      clients.set(attached.instance, client);
      if (!known) openStream(control, client, follow);
      if (attached.clock === "world" && (await lineOf(control)).rate !== 1) await setClock(control, client);
    },
    stopped(instance: string): void {
      clients.get(instance)?.closeStream();
      clients.delete(instance);
    },
    /** Every container that goes as the world does. */
    follow,
    async skew(app: App, clock: ClientClock): Promise<void> {
      const client = find(app);
      const { instance, clock: own } = client.attached;
      if (!own) throw new Error(`attach ${instance} with { clock: "own" } to set its clock`);
      client.skew = skewOf(clock);
      await setClock(control, client);
    },
    async sleep(app: App, sleep: Sleep): Promise<void> {
      const client = find(app);
      const text = typeof sleep === "string" ? sleep : sleep.host;
      const lastsMs = parseDuration(text);
      if (lastsMs === undefined) throw new Error(`a container sleeps for a duration such as 30m, not for ${text}`);
      await stop(client);
      try {
        if (typeof sleep === "string") await control.ask("AdvanceClock", { By: text });
        else await pause(lastsMs);
      } finally {
        await wake(control, client);
      }
    },
    /** What faults do to clients is done. */
    async settled(): Promise<void> {
      await pause(TOLD_MS);
      await Promise.all([...clients.values()].map(({ doing }) => doing));
    },
    /** The instances are others now, of the same names. */
    reopen(): void {
      for (const client of clients.values()) {
        client.closeStream();
        openStream(control, client, follow);
      }
    },
  };
}

function newClient(attached: Attached): Client {
  const doing = Promise.resolve();
  return { attached, skew: UNMOVED, isStopped: false, offsetMs: 0, doing, closeStream() {} };
}
