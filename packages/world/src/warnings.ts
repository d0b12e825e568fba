// Warnings: what goes wrong with credentials before anybody notices, told once for each instance and cause until
// something changes. Every event passes here, so most of them must cost no more than a few look-ups in memory.
import type { EventRecord } from "@rolemint/authority";
import { formatDuration } from "@rolemint/host";
import { type Client, clientOf, lifetimeWarning } from "./clients.ts";
import { scheduleOf } from "./generations.ts";
import type { World } from "./world.ts";

export interface Warning {
  /** World time, milliseconds. */
  readonly time: number;
  readonly code: WarningCode;
  readonly message: string;
}

export type WarningCode = "LifetimeTooShort" | "IMDSv1Used" | "IMDSv1Refused" | "NeverRefreshed" | "OldKeyUsed";

export interface Warnings {
  /** What these events give cause to say, as events. */
  look(events: readonly EventRecord[]): EventRecord[];
  /** What stands of an instance, oldest first. */
  of(instanceId: string): readonly Warning[];
  /** Told of each warning. Returns how to stop. */
  watch(listener: (warning: Warning, instanceId: string) => void): () => void;
  clear(): void;
}

/** How many instances are watched at once, and what is remembered of one: clients, and things said. */
const MAX_INSTANCES = 5000;
const MAX_CLIENTS = 16;
const MAX_SAID = 32;

/** A successor that is out for less is still on its way to a client that calls now. */
const MINUTE = 60_000;
/** Clocks and requests on their way. */
const GRACE_MS = 30_000;

interface Term {
  readonly lifetime: number;
  readonly ends: number;
}

/** What is remembered of one instance. */
interface Watched {
  /** Number and issue of its newest generation, and the newest that metadata gave. */
  newest: number;
  newestIssued: number;
  fetched: number;
  /** The last client that asked for a metadata token, and how it was answered. */
  tokenAsker: { readonly label: string; readonly status: number | undefined } | undefined;
  /** By client: the generation whose lifetime was looked at last. */
  readonly looked: Map<string, number>;
  readonly terms: Map<number, Term>;
  /** By cause; `about` is what would have to change for it to be said again. */
  readonly said: Map<string, Warning & { readonly about: number }>;
}

export function openWarnings(world: World): Warnings {
  const instances = new Map<string, Watched>();
  const listeners = new Set<(warning: Warning, instanceId: string) => void>();

  function watchedOf(instanceId: string): Watched {
    const found = instances.get(instanceId);
    if (found) return found;
    if (instances.size >= MAX_INSTANCES) instances.delete(instances.keys().next().value!);
    const newest = world.tables.generations.list(instanceId).at(-1);
    const made: Watched = {
      newest: newest?.number ?? 0,
      newestIssued: newest?.issued ?? 0,
      fetched: 0,
      tokenAsker: undefined,
      looked: new Map(),
      terms: new Map(),
      said: new Map(),
    };
    instances.set(instanceId, made);
    return made;
  }

  function lookAt(event: EventRecord, told: EventRecord[]): void {
    const { Instance, Kind, Generation } = event;
    if (Instance === undefined) return;
    if (Kind === "issue") {
      const watched = instances.get(Instance);
      if (watched && Generation !== undefined && Generation > watched.newest) {
        watched.newest = Generation;
        watched.newestIssued = event.Time;
      }
      return;
    }
    if (Kind !== "metadata" && Kind !== "call" && Kind !== "refusal") return;
    const watched = watchedOf(Instance);
    const client = clientOf(event.UserAgent);
    const say: Say = (cause, about, code, message) => {
      if (watched.said.get(cause)?.about === about || watched.said.size >= MAX_SAID) return;
      const warning = { time: event.Time, code, message, about };
      watched.said.set(cause, warning);
      told.push(eventOf(event, warning));
      for (const listener of listeners) listener(warning, Instance);
    };
    if (Kind === "metadata") lookAtVersion(watched, event, client, say);
    if (Generation === undefined) return;
    if (Kind === "metadata") watched.fetched = Math.max(watched.fetched, Generation);
    else if (Generation < watched.newest) lookAtOldKey(world, watched, event, client, say);
    else watched.said.delete(`old ${client.label}`);
    if (watched.looked.get(client.label) !== Generation) lookAtLifetime(world, watched, event, client, say);
  }

  // With a shift of the clock the times of credentials move along.
  world.watch(({ clock }) => {
    if (clock) for (const { terms } of instances.values()) terms.clear();
  });

  return {
    look(events) {
      const told: EventRecord[] = [];
      for (const event of events) lookAt(event, told);
      return told;
    },
    of: (instanceId) => [...(instances.get(instanceId)?.said.values() ?? [])],
    watch(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    clear: () => instances.clear(),
  };
}

type Say = (cause: string, about: number, code: WarningCode, message: string) => void;

function eventOf({ Time, Instance, Generation, AccessKeyId, UserAgent }: EventRecord, warning: Warning): EventRecord {
  const { code, message } = warning;
  return { Time, Kind: "warning", Instance, Generation, AccessKeyId, UserAgent, Code: code, Message: message };
}

const TOKEN_PATH = "/latest/api/token";

/** Whoever reads without a token could have had one: every instance of ours gives them. */
function lookAtVersion(watched: Watched, event: EventRecord, { label }: Client, say: Say): void {
  const { Action, Path, Status } = event;
  if (Action !== "v1") {
    if (Path === TOKEN_PATH) watched.tokenAsker = { label, status: Status };
    return;
  }
  if (Status !== 200 && Status !== 401) return;
  const reason = fallbackReason(watched.tokenAsker, label);
  if (Status === 401) {
    const text = `${label} asks for metadata without a token${reason}, and gets 401: this instance requires tokens`;
    say(`v1 refused ${label}`, 0, "IMDSv1Refused", text);
  } else {
    const text = `${label} reads metadata without a token (IMDSv1)${reason}, though it could have one; with tokens required it gets nothing`;
    say(`v1 ${label}`, 0, "IMDSv1Used", text);
  }
}

function fallbackReason(asker: Watched["tokenAsker"], label: string): string {
  if (asker?.label !== label) return "";
  if (asker.status === undefined) return " after its request for one got no answer";
  if (asker.status !== 200) return ` after its request for one got ${asker.status}`;
  return " though one was sent: the answer did not reach it, as with a hop limit that is too low";
}

function termOf(world: World, watched: Watched, instanceId: string, number: number): Term | undefined {
  const known = watched.terms.get(number);
  if (known) return known;
  const generation = world.tables.generations.get(instanceId, number);
  if (!generation) return undefined;
  const term = { lifetime: generation.stated - generation.issued, ends: generation.enforced };
  if (watched.terms.size >= MAX_CLIENTS) watched.terms.clear();
  watched.terms.set(number, term);
  return term;
}

function lookAtLifetime(world: World, watched: Watched, event: EventRecord, client: Client, say: Say): void {
  const [instanceId, generation] = [event.Instance!, event.Generation!];
  if (watched.looked.size >= MAX_CLIENTS) watched.looked.clear();
  watched.looked.set(client.label, generation);
  const term = termOf(world, watched, instanceId, generation);
  if (!term) return;
  const instance = world.tables.instances.get(instanceId);
  const schedule = instance ? scheduleOf(world, instance) : world.schedule();
  const overlap = schedule.overlap ?? (schedule.renewEvery === undefined ? 0 : term.lifetime - schedule.renewEvery);
  const text = lifetimeWarning(client, term.lifetime, overlap);
  const cause = `lifetime ${client.label}`;
  // Of a schedule with jitter each lifetime is another: that alone is no change.
  if (text === undefined) watched.said.delete(cause);
  else say(cause, schedule.lifetime, "LifetimeTooShort", text);
}

/**
 * A call with a key that has a successor. With hours left that is ordinary: something is wrong only when the client
 * should have looked for another one by now, or when the key has ended.
 */
function lookAtOldKey(world: World, watched: Watched, event: EventRecord, client: Client, say: Say): void {
  const { Instance, Generation, Time, Code } = event;
  const cause = `old ${client.label}`;
  if (watched.said.get(cause)?.about === Generation) return;
  const term = termOf(world, watched, Instance!, Generation!);
  const left = term ? term.ends - Time : 0;
  const hasEnded = left <= 0 || Code?.startsWith("ExpiredToken") === true;
  const out = Time - watched.newestIssued;
  if (!hasEnded) {
    const deadline = term ? (client.row?.deadline?.(term.lifetime) ?? 0) : 0;
    if (left >= deadline - GRACE_MS || out < MINUTE) return;
  }
  const state = hasEnded ? "which has ended" : `which has ${inSeconds(left)} left`;
  const start = `${client.label} calls with the key of generation ${Generation}, ${state}`;
  const newer = `generation ${watched.newest} has been out for ${inSeconds(Math.max(out, 0))}`;
  if (watched.fetched > Generation!) {
    const text = `${start}; ${newer}, and this instance has fetched generation ${watched.fetched}: another process, or a copy of the keys, was left behind`;
    say(cause, Generation!, "OldKeyUsed", text);
  } else {
    say(cause, Generation!, "NeverRefreshed", `${start}; ${newer}, and this instance has never asked for it`);
  }
}

function inSeconds(milliseconds: number): string {
  return formatDuration(Math.floor(milliseconds / 1000) * 1000);
}
