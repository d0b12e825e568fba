// A world: accounts and everything in them, its clock, its revision, and the keys that seal sessions. All state is in
// the store; this object is the only way to it.
import { createHmac } from "node:crypto";
import { type Clock, type ClockLine, type Entropy, streamOf, worldTime } from "@rolemint/host";
import { type Account, accountOver, openTables, type Tables } from "./accounts.ts";
import { type Changes, openChanges } from "./changes.ts";
import { type Attached, openAttached } from "./faults/attached.ts";
import { type Faults, openFaults } from "./faults/book.ts";
import { ENDPOINTS, type Topology } from "./faults/topology.ts";
import { openRotation, type Rotation } from "./generations.ts";
import { type Ids, makeIds } from "./ids.ts";
import { openNoting } from "./noting.ts";
import { openRefusals, type Refusals } from "./refusals.ts";
import { PROFILES, type Schedule } from "./rotation.ts";
import { derive, makeSealer, type Sealer, sealText } from "./sessions.ts";
import { steadySealer } from "./skew.ts";
import { openStore, StateError, type Store } from "./store.ts";
import { openTimeline, type Timeline } from "./timeline.ts";
import { openTrail, type Trail } from "./trail.ts";
import { openWarnings, type Warnings } from "./warnings.ts";

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
  /** How fast the world's clock runs from the making of the state, and after a reset; default 1, 0 is frozen. */
  readonly startRate?: number;
  readonly strictClock?: boolean;
  /** How many events the timeline keeps. */
  readonly timelineBound?: number;
}

export interface World extends Changes {
  readonly accountId: string;
  readonly region: string;
  readonly store: Store;
  readonly tables: Tables;
  readonly ids: Ids;
  readonly sealer: Sealer;
  readonly trail: Trail;
  readonly timeline: Timeline;
  readonly warnings: Warnings;
  readonly refusals: Refusals;
  readonly entropy: Entropy;
  /** The config's `clock.strict`. */
  readonly strictClock: boolean;
  /** Whether now only the world's clock counts for the dates of signatures. */
  isStrict(): boolean;
  readonly hostClock: Clock;
  account(id: string): Account;
  /** World time, milliseconds. */
  now(): number;
  clockLine(): ClockLine;
  setClock(line: ClockLine): void;
  /** The schedule of every instance that has none of its own. */
  schedule(): Schedule;
  setSchedule(schedule: Schedule): void;
  /** Base64 key of an instance's metadata tokens. */
  metadataTokenKey(instanceId: string): string;
  readonly rotation: Rotation;
  readonly faults: Faults;
  /** The programs over whose process somebody has power. */
  readonly attached: Attached;
  /** What the network around can do; default: endpoints of `rolemint up`. */
  topology(): Topology;
  setTopology(topology: Topology): void;
  /** The encoded authorization message of a refusal by EC2. */
  sealMessage(text: string): string;
  /** What the jitter of generations is drawn from. */
  readonly rotationSalt: string;
  close(): void;
}

/** Opens the world of a state, making it if there is none. Throws StateError; then nothing was changed. */
export function openWorld(options: WorldOptions): World {
  const store = openStore(options.state, options.pid);
  let timeline: Timeline | undefined;
  try {
    const master = store.transaction(() => found(store, options));
    timeline = openTimeline(options.state, options.timelineBound);
    return assemble(store, timeline, Buffer.from(master, "base64"), options);
  } catch (error) {
    timeline?.close();
    store.close();
    throw error;
  }
}

function assemble(store: Store, timeline: Timeline, master: Buffer, options: WorldOptions): World {
  const { entropy, accountId, region, clock: hostClock } = options;
  const read = <T>(name: string) => JSON.parse(store.setting(name)!) as T;
  let line = read<ClockLine>("clock");
  let schedule = read<Schedule>("schedule");
  let topology = ENDPOINTS;
  const refusals = openRefusals();
  const changes = openChanges(store, {
    timeline: openNoting({ store, timeline, refusals, warnings: () => opened.warnings }),
    settle: () => opened.faults.identitiesChanged(),
    undone() {
      line = read("clock");
      schedule = read("schedule");
      opened.faults.reread();
    },
  });
  const now = () => worldTime(line, hostClock.now());
  const ids = makeIds(entropy);
  const touch = touchFor(changes.touch, (id) => opened.faults.showing(id));
  const tables = openTables(store, touch);
  const trail = openTrail(store, makeIds(streamOf(entropy, "trail")), now);
  const world: Omit<World, "rotation" | "faults" | "attached" | "warnings"> = {
    ...changes,
    accountId,
    region,
    store,
    tables,
    ids,
    entropy,
    hostClock,
    strictClock: options.strictClock ?? false,
    isStrict: () => opened.strictClock || opened.faults.skew() !== undefined,
    ...keysOf(master, options, () => opened.faults.skew() ?? 0),
    trail,
    timeline,
    refusals,
    account: (id) => accountOver(tables, id),
    topology: () => topology,
    setTopology(next) {
      topology = next;
    },
    now,
    clockLine: () => line,
    setClock: (next) =>
      changes.change(() => {
        store.putSetting("clock", JSON.stringify(next));
        line = next;
        changes.touch.clock();
      }),
    schedule: () => schedule,
    setSchedule: (next) =>
      changes.change(() => {
        store.putSetting("schedule", JSON.stringify(next));
        schedule = next;
      }),
    close() {
      trail.close();
      timeline.close();
      store.close();
    },
  };
  const opened = world as World;
  const warnings = openWarnings(opened);
  Object.assign(opened, { warnings, rotation: openRotation(opened), faults: openFaults(opened) });
  return Object.assign(opened, { attached: openAttached(opened) });
}

type Keys = Pick<World, "sealer" | "rotationSalt" | "sealMessage" | "metadataTokenKey">;

/** All that hangs on the secret of the state. */
function keysOf(master: Buffer, { region, entropy }: WorldOptions, skew: () => number): Keys {
  const messageKey = derive(master, "authorization-message");
  const messageEntropy = streamOf(entropy, "authorization messages");
  const metadataKey = derive(master, "metadata-token");
  return {
    sealer: steadySealer(makeSealer(master, region, streamOf(entropy, "salts")), skew),
    rotationSalt: derive(master, "rotation").export().toString("base64"),
    sealMessage: (text) => sealText(messageKey, messageEntropy, text),
    metadataTokenKey: (instanceId) => createHmac("sha256", metadataKey).update(instanceId).digest("base64"),
  };
}

/** An instance moves with those that show its metadata. */
function touchFor(touch: Changes["touch"], showing: (id: string) => readonly string[]): Changes["touch"] {
  return {
    ...touch,
    instance(id) {
      for (const one of [id, ...showing(id)]) touch.instance(one);
    },
  };
}

/** Makes the settings of a new state; checks that a used one is of the same account and region. */
function found(store: Store, options: WorldOptions): string {
  const master = store.setting("master");
  if (master === undefined) {
    const made = options.entropy(32).toString("base64");
    const host = options.clock.now();
    const { startRate = 1 } = options;
    store.putSetting("master", made);
    store.putSetting("clock.startRate", String(startRate));
    store.putSetting("account", options.accountId);
    store.putSetting("region", options.region);
    store.putSetting(
      "clock",
      JSON.stringify({ at: host, time: options.startTime ?? host, rate: startRate } satisfies ClockLine),
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
