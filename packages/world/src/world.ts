// A world: accounts and everything in them, its clock, its revision, and the keys that seal sessions. All state is in
// the store; this object is the only way to it.
import { createHmac } from "node:crypto";
import type { EventRecord, Moved } from "@rolemint/authority";
import { type Clock, type ClockLine, type Entropy, worldTime } from "@rolemint/host";
import { type Account, accountOver, openTables, type Tables, type Touch } from "./accounts.ts";
import { openRotation, type Rotation } from "./generations.ts";
import { type Ids, makeIds } from "./ids.ts";
import { PROFILES, type Schedule } from "./rotation.ts";
import { derive, makeSealer, type Sealer, sealText } from "./sessions.ts";
import { openStore, StateError, type Store } from "./store.ts";
import { openTimeline, type Timeline } from "./timeline.ts";
import { openTrail, type Trail } from "./trail.ts";

export interface WorldOptions {
  /** A directory that this process alone may use, or `memory`. */
  readonly state: string | "memory";
  readonly accountId: string;
  readonly region: string;
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly pid: number;
  /** World time at the making of the state; default: the host's. */
  readonly startTime?: number | undefined;
  readonly strictClock?: boolean;
  /** How many events the timeline keeps. */
  readonly timelineBound?: number;
}

export interface World {
  readonly accountId: string;
  readonly region: string;
  readonly store: Store;
  readonly tables: Tables;
  readonly ids: Ids;
  readonly sealer: Sealer;
  readonly trail: Trail;
  readonly timeline: Timeline;
  readonly entropy: Entropy;
  readonly strictClock: boolean;
  readonly hostClock: Clock;
  account(id: string): Account;
  /** World time, milliseconds. */
  now(): number;
  clockLine(): ClockLine;
  setClock(line: ClockLine): void;
  /** The schedule of every instance that has none of its own. */
  schedule(): Schedule;
  setSchedule(schedule: Schedule): void;
  revision(): number;
  /** Runs `work` in one transaction and then tells the watchers what moved. Calls inside one another are one change. */
  change<T>(work: () => T): T;
  watch(listener: (moved: Moved) => void): () => void;
  /** Base64 key of an instance's metadata tokens. */
  metadataTokenKey(instanceId: string): string;
  readonly rotation: Rotation;
  /** For the writes that no table reports. */
  readonly touch: Touch;
  /** Puts events into the timeline, of a change under way only once it is committed. */
  note(events: readonly EventRecord[]): void;
  /** The encoded authorization message of a refusal by EC2. */
  sealMessage(text: string): string;
  /** What the jitter of generations is drawn from. */
  readonly rotationSalt: string;
  close(): void;
}

/** Opens the world of a state, making it if there is none. Throws StateError; then nothing was changed. */
export function openWorld(options: WorldOptions): World {
  const store = openStore(options.state, options.pid);
  try {
    return assemble(store, options);
  } catch (error) {
    store.close();
    throw error;
  }
}

function assemble(store: Store, options: WorldOptions): World {
  const { entropy, accountId, region, clock: hostClock } = options;
  const master = Buffer.from(
    store.transaction(() => found(store, options)),
    "base64",
  );
  const moved = movement();
  const watchers = new Set<(moved: Moved) => void>();
  const ids = makeIds(entropy);
  const tables = openTables(store, moved);
  const messageKey = derive(master, "authorization-message");
  const metadataKey = derive(master, "metadata-token");
  let revision = Number(store.setting("revision") ?? "0");
  let line = JSON.parse(store.setting("clock")!) as ClockLine;
  let schedule = JSON.parse(store.setting("schedule")!) as Schedule;
  let depth = 0;
  let noted: EventRecord[] = [];
  const timeline = openTimeline(options.state, options.timelineBound);
  const world: Omit<World, "rotation"> & { rotation?: Rotation } = {
    accountId,
    region,
    store,
    tables,
    ids,
    entropy,
    hostClock,
    strictClock: options.strictClock ?? false,
    sealer: makeSealer(master, region, entropy),
    trail: openTrail(store, ids),
    timeline,
    touch: moved,
    rotationSalt: derive(master, "rotation").export().toString("base64"),
    account: (id) => accountOver(tables, id),
    now: () => worldTime(line, hostClock.now()),
    clockLine: () => line,
    setClock(next) {
      world.change(() => {
        store.putSetting("clock", JSON.stringify(next));
        moved.clock();
      });
      line = next;
    },
    schedule: () => schedule,
    setSchedule(next) {
      world.change(() => store.putSetting("schedule", JSON.stringify(next)));
      schedule = next;
    },
    revision: () => revision,
    change(work) {
      if (depth > 0) return work();
      depth++;
      let changes: Moved | undefined;
      try {
        const result = store.transaction(() => {
          const value = work();
          changes = moved.take(revision + 1);
          if (changes) store.putSetting("revision", String(revision + 1));
          return value;
        });
        depth--;
        if (changes) revision++;
        if (changes) for (const watcher of watchers) watcher(changes);
        timeline.append(noted);
        return result;
      } catch (error) {
        depth = 0;
        throw error;
      } finally {
        moved.take(0);
        noted = [];
      }
    },
    note(events) {
      if (depth > 0) noted.push(...events);
      else timeline.append(events);
    },
    watch(listener) {
      watchers.add(listener);
      return () => watchers.delete(listener);
    },
    sealMessage: (text) => sealText(messageKey, entropy, text),
    metadataTokenKey: (instanceId) => createHmac("sha256", metadataKey).update(instanceId).digest("base64"),
    close() {
      world.trail.flush();
      world.timeline.close();
      store.close();
    },
  };
  const opened = world as World;
  return Object.assign(opened, { rotation: openRotation(opened) });
}

/** Makes the settings of a new state; checks that a used one is of the same account and region. */
function found(store: Store, options: WorldOptions): string {
  const master = store.setting("master");
  if (master === undefined) {
    const made = options.entropy(32).toString("base64");
    const host = options.clock.now();
    store.putSetting("master", made);
    store.putSetting("account", options.accountId);
    store.putSetting("region", options.region);
    store.putSetting(
      "clock",
      JSON.stringify({ at: host, time: options.startTime ?? host, rate: 1 } satisfies ClockLine),
    );
    store.putSetting("schedule", JSON.stringify(PROFILES.ec2));
    return made;
  }
  const account = store.setting("account");
  const region = store.setting("region");
  if (account !== options.accountId || region !== options.region) {
    const text = `the state is of account ${account} in ${region}, not ${options.accountId} in ${options.region}; choose another with --state`;
    throw new StateError("unusable", text);
  }
  return master;
}

/** Gathers what the writes of one change make stale. */
function movement() {
  let identities = false;
  let clock = false;
  let instances = new Set<string>();
  let buckets = new Set<string>();
  return {
    identities: () => {
      identities = true;
    },
    clock: () => {
      clock = true;
    },
    instance: (id: string) => void instances.add(id),
    bucket: (name: string) => void buckets.add(name),
    take(revision: number): Moved | undefined {
      if (!identities && !clock && instances.size === 0 && buckets.size === 0) return undefined;
      const moved = { revision, identities, clock, instances: [...instances], buckets: [...buckets] };
      identities = false;
      clock = false;
      instances = new Set();
      buckets = new Set();
      return moved;
    },
  };
}
