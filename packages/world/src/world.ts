// A world: accounts and everything in them, its clock, its revision, and the keys that seal sessions. All state is in
// the store; this object is the only way to it.
import { createHmac } from "node:crypto";
import { type Clock, type ClockLine, type Entropy, worldTime } from "@rolemint/host";
import { type Account, accountOver, openTables, type Tables } from "./accounts.ts";
import { type Changes, openChanges } from "./changes.ts";
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

export interface World extends Changes {
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
  /** Base64 key of an instance's metadata tokens. */
  metadataTokenKey(instanceId: string): string;
  readonly rotation: Rotation;
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
  const changes = openChanges(store, timeline, () => {
    line = read("clock");
    schedule = read("schedule");
  });
  const now = () => worldTime(line, hostClock.now());
  const ids = makeIds(entropy);
  const tables = openTables(store, changes.touch);
  const trail = openTrail(store, ids, now);
  const messageKey = derive(master, "authorization-message");
  const metadataKey = derive(master, "metadata-token");
  const world: Omit<World, "rotation"> = {
    ...changes,
    accountId,
    region,
    store,
    tables,
    ids,
    entropy,
    hostClock,
    strictClock: options.strictClock ?? false,
    sealer: makeSealer(master, region, entropy),
    trail,
    timeline,
    rotationSalt: derive(master, "rotation").export().toString("base64"),
    account: (id) => accountOver(tables, id),
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
    sealMessage: (text) => sealText(messageKey, entropy, text),
    metadataTokenKey: (instanceId) => createHmac("sha256", metadataKey).update(instanceId).digest("base64"),
    close() {
      trail.close();
      timeline.close();
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
