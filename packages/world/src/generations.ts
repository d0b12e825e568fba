// Generations: minting an instance's credentials when they are due, and ending them early. The metadata service only
// shows what stands here; a GET never mints.
import type { StatementSync } from "node:sqlite";
import { wholeSeconds } from "@rolemint/host";
import { type Due, type Dues, openDues } from "./dues.ts";
import { type EndedKeys, openEndedKeys } from "./ended-keys.ts";
import { profileOf } from "./instances.ts";
import { type Minting, mintKeys, recordIssue } from "./minting.ts";
import { aliveAtOnce, dueAfter, expiryOf, generationsDue, type Schedule } from "./rotation.ts";
import type { Generation, Instance, Role } from "./rows.ts";
import { ec2MayAssume } from "./trust.ts";
import type { World } from "./world.ts";

const TROUBLESHOOTING =
  "https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_iam-ec2.html#troubleshoot_iam-ec2_errors-info-doc";

/** How long one slice of a tick mints, in milliseconds of the host, and at most how many instances it looks at. */
const SLICE_MS = 8;
const SLICE_SIZE = 100;

/** How long an ended key is remembered past its session's end: the clock may be moved back. */
const DAY = 86_400_000;

export interface Rotation {
  /** Issues the instance's next generation now, or as of `at`, if a role stands behind it. */
  issueNow(instance: Instance, at?: number): Generation | undefined;
  /** Issues everything due by now, in slices; `breathe` is awaited between them. */
  tick(breathe: () => Promise<void>): Promise<void>;
  /** World time of the next generation due, or undefined when none is. */
  nextDue(): number | undefined;
  /** Gives the current generation the key set of callers without a token, when tokens become optional. */
  deliverWithoutToken(instance: Instance): void;
  /** Sets the instance's (or, without one, the world's) schedule; what is issued keeps its expiry. */
  setSchedule(schedule: Schedule, instance?: Instance): void;
  current(instance: Instance): Generation | undefined;
  /** Refuses these keys as expired from `from` on. */
  endKeys(accessKeyIds: readonly string[], from: number): void;
  /**
   * Refuses every key that the instance was given so far as expired from `from` on, also of generations that are not
   * kept any more. Returns those that would be good now.
   */
  endAll(instance: Instance, from: number): string[];
  /** When a key was ended by hand or by its successor, or undefined. `of` is the generation that its session names. */
  endOf(accessKeyId: string, of?: { readonly id: string; readonly generation: number }): number | undefined;
  /** Moves every time that is kept of credentials: the clock was shifted. See skew.ts. */
  shift(by: number): void;
  /** Forgets the schedule of an instance that has no association any more. */
  unschedule(instance: Instance): void;
  /** Forgets every schedule and every key ended by hand. */
  forget(): void;
}

/** What rotation keeps beside the world's tables. */
interface Books {
  readonly dues: Dues;
  readonly ended: EndedKeys;
  readonly prune: StatementSync;
}

export function openRotation(world: World): Rotation {
  const { db } = world.store;
  const dues = openDues(db);
  const ended = openEndedKeys(db);
  const prune = db.prepare("DELETE FROM generations WHERE instance = ? AND number <= ? AND doc ->> 'enforced' < ?");
  const books: Books = { dues, ended, prune };
  return {
    current: (instance) => current(world, books, instance),
    issueNow: (instance, at = world.now()) => world.change(() => issueNow(world, books, instance, at)),
    async tick(breathe) {
      // A clock that runs faster than keys are minted is not run after.
      const until = world.now();
      while (rotateSlice(world, books, until)) await breathe();
    },
    nextDue: () => dues.first(),
    deliverWithoutToken: (instance) => world.change(() => deliverWithoutToken(world, books, instance)),
    setSchedule: (schedule, instance) => world.change(() => setSchedule(world, books, schedule, instance)),
    endKeys: (accessKeyIds, from) =>
      world.change(() => {
        for (const id of accessKeyIds) ended.end(id, from);
        world.touch.identities();
      }),
    endAll: (instance, from) => world.change(() => endAll(world, books, instance, from)),
    endOf(accessKeyId, of) {
      const ends = [ended.endOf(accessKeyId), of && ended.endOfGeneration(of.id, of.generation)];
      const known = ends.filter((end) => end !== undefined);
      return known.length === 0 ? undefined : Math.min(...known);
    },
    shift: (by) => shift(world, books, by),
    unschedule: ({ id }) => dues.plan({ ...dues.of(id), due: undefined }),
    forget() {
      dues.clear();
      ended.clear();
    },
  };
}

/** Every key of the instance that is still good: all generations, both deliveries. */
export function liveKeys(world: World, instance: Instance): string[] {
  const now = world.now();
  return world.tables.generations
    .list(instance.id)
    .filter((generation) => generation.enforced > now)
    .flatMap((generation) => generation.keys.map((set) => set.accessKeyId))
    .filter((id) => (world.rotation.endOf(id) ?? Number.POSITIVE_INFINITY) > now);
}

function endAll(world: World, { dues, ended }: Books, instance: Instance, from: number): string[] {
  const live = liveKeys(world, instance);
  for (const id of live) ended.end(id, from);
  ended.endGenerations(instance.id, dues.of(instance.id).last, from);
  world.touch.identities();
  return live;
}

function shift(world: World, { dues, ended }: Books, by: number): void {
  dues.shift(by);
  ended.shift(by);
  for (const generation of world.tables.generations.list()) {
    const { issued, stated, enforced } = generation;
    const moved = { issued: issued + by, stated: stated + by, enforced: enforced + by };
    world.tables.generations.put({ ...generation, ...moved });
  }
}

function current(world: World, { dues }: Books, instance: Instance): Generation | undefined {
  const generation = world.tables.generations.get(instance.id, dues.of(instance.id).last);
  if (generation?.associationId !== instance.association?.id) return undefined;
  return generation?.isNotRenewed && generation.stated <= world.now() ? undefined : generation;
}

/** Its own, else the world's; while a fault says otherwise, the fault's. */
export function scheduleOf(world: World, instance: Instance): Schedule {
  return world.faults.schedule(instance) ?? instance.schedule ?? world.schedule();
}

/** When the next generation is due. A schedule of one generation tries again while there is no role to issue it for. */
function dueFrom(schedule: Schedule, generation: Generation | undefined, now: number): number | undefined {
  return dueAfter(schedule, generation?.issued ?? now) ?? (generation ? undefined : now + schedule.lifetime);
}

/** The role behind an instance's profile, and whether EC2 may take it. */
interface Standing {
  readonly role: Role;
  readonly isTrusting: boolean;
}

function standingOf(world: World, instance: Instance): Standing | undefined {
  const profile = profileOf(world, instance);
  const role = profile?.roleName ? world.account(profile.accountId).roles.get(profile.roleName) : undefined;
  return role && { role, isTrusting: ec2MayAssume(world, role) };
}

/** Rotates some of what is due by `until`, in one change; false when nothing is. */
function rotateSlice(world: World, books: Books, until: number): boolean {
  const now = world.now();
  const slice = books.dues.by(Math.min(until, now), SLICE_SIZE);
  if (slice.length === 0) return false;
  const end = world.hostClock.now() + SLICE_MS;
  // Within a slice nothing else can change: what instances share is looked up and decided once.
  const standings = new Map<string, Standing | undefined>();
  world.change(() => {
    books.ended.prune(now - DAY);
    for (const due of slice) {
      rotateDue(world, books, standings, due, now);
      if (world.hostClock.now() > end) return;
    }
  });
  return true;
}

function rotateDue(
  world: World,
  books: Books,
  standings: Map<string, Standing | undefined>,
  { instanceId, due, last }: Due,
  now: number,
): void {
  const instance = world.tables.instances.get(instanceId);
  const profileId = instance?.association?.profileId;
  if (!instance || profileId === undefined) return books.dues.plan({ instanceId, due: undefined, last });
  if (!standings.has(profileId)) standings.set(profileId, standingOf(world, instance));
  const standing = standings.get(profileId);
  const schedule = scheduleOf(world, instance);
  const { skipped, issues, next } = generationsDue(schedule, due!, now);
  if (!standing) {
    endExpired(world, books, instance, now);
    return books.dues.plan({ instanceId, due: next ?? dueFrom(schedule, undefined, now), last });
  }
  issues.forEach((issued, index) => {
    issue(world, books, instance, standing, wholeSeconds(issued), last + skipped + index + 1);
  });
  books.dues.plan({ instanceId, due: next, last: last + skipped + issues.length });
}

/** An expired document that a rotation found no role to renew for is over: it does not come back with the next role. */
function endExpired(world: World, books: Books, instance: Instance, now: number): void {
  const generation = current(world, books, instance);
  if (generation && generation.stated <= now) world.tables.generations.put({ ...generation, isNotRenewed: true });
}

function issueNow(world: World, books: Books, instance: Instance, at: number): Generation | undefined {
  const now = wholeSeconds(at);
  const { last } = books.dues.of(instance.id);
  const standing = standingOf(world, instance);
  const generation = standing && issue(world, books, instance, standing, now, last + 1);
  const due = dueFrom(scheduleOf(world, instance), generation, now);
  books.dues.plan({ instanceId: instance.id, due, last: generation?.number ?? last });
  return generation;
}

/** Issues one generation as of `issued`; one without keys where EC2 may not take the role. */
function issue(
  world: World,
  books: Books,
  instance: Instance,
  { role, isTrusting }: Standing,
  issued: number,
  number: number,
): Generation {
  const schedule = scheduleOf(world, instance);
  const expires = wholeSeconds(expiryOf(schedule, `${world.rotationSalt}${instance.id}`, number, issued));
  const minting: Minting = { instance, role, number, issued, expires };
  const deliveries = instance.options.tokens === "optional" ? (["1.0", "2.0"] as const) : (["2.0"] as const);
  const generation: Generation = {
    instanceId: instance.id,
    number,
    associationId: instance.association!.id,
    issued,
    stated: expires,
    enforced: expires,
    roleName: role.name,
    ...(isTrusting
      ? { code: "Success", keys: deliveries.map((delivery) => mintKeys(world, minting, delivery)) }
      : { code: "AssumeRoleUnauthorizedAccess", message: cannotAssume(role), keys: [] }),
  };
  world.tables.generations.put(generation);
  if (isTrusting && schedule.overlap !== undefined) {
    endPredecessor(world, books, generation, issued + schedule.overlap);
  }
  // The number spares a look into the documents of those that should be alive.
  books.prune.run(instance.id, number - aliveAtOnce(schedule), issued);
  for (const set of generation.keys) recordIssue(world, minting, set, issued);
  return generation;
}

function cannotAssume(role: Role): string {
  return `EC2 cannot assume the role ${role.name}.  Please see documentation at ${TROUBLESHOOTING}.`;
}

/** Of the same association only: what a swap leaves behind lives to its own end. */
function endPredecessor(world: World, { ended }: Books, successor: Generation, from: number): void {
  const { instanceId, associationId, number } = successor;
  const { generations } = world.tables;
  const isWanted = (one: Generation) =>
    one.number < number && one.associationId === associationId && one.keys.length > 0;
  const before = generations.get(instanceId, number - 1);
  // It is nearly always the one before; all of them are many where they are renewed often.
  const predecessor = before && isWanted(before) ? before : generations.list(instanceId).findLast(isWanted);
  if (!predecessor) return;
  for (const { accessKeyId } of predecessor.keys) ended.end(accessKeyId, from, predecessor.enforced);
  world.touch.identities();
}

function deliverWithoutToken(world: World, books: Books, instance: Instance): void {
  const generation = current(world, books, instance);
  const role = generation && world.account(instance.accountId).roles.get(generation.roleName);
  if (!generation || !role || generation.code !== "Success" || !ec2MayAssume(world, role)) return;
  if (generation.keys.some((set) => set.delivery === "1.0")) return;
  const { number, issued, enforced: expires } = generation;
  const minting: Minting = { instance, role, number, issued, expires };
  const set = mintKeys(world, minting, "1.0");
  world.tables.generations.put({ ...generation, keys: [set, ...generation.keys] });
  recordIssue(world, minting, set, wholeSeconds(world.now()));
}

function setSchedule(world: World, books: Books, schedule: Schedule, instance: Instance | undefined): void {
  if (instance) world.tables.instances.put({ ...instance, schedule });
  else world.setSchedule(schedule);
  const all = instance ? [instance] : world.account(world.accountId).instances();
  for (const one of all) {
    if (!one.association || (one.schedule && !instance)) continue;
    const due = dueFrom(world.faults.schedule(one) ?? schedule, current(world, books, one), world.now());
    books.dues.plan({ ...books.dues.of(one.id), due });
  }
}
