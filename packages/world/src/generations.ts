// Generations: minting an instance's credentials when they are due, and ending them early. The metadata service only
// shows what stands here; a GET never mints.
import { wholeSeconds } from "@rolemint/host";
import type { EventRecord } from "@rolemint/authority";
import { networkOf, profileOf } from "./instances.ts";
import { dueAfter, expiryOf, generationsDue, type Schedule } from "./rotation.ts";
import type { Generation, Instance, KeySet, Role } from "./rows.ts";
import { trailExpiration } from "./trail.ts";
import { ec2MayAssume } from "./trust.ts";
import type { World } from "./world.ts";

const TROUBLESHOOTING =
  "https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_iam-ec2.html#troubleshoot_iam-ec2_errors-info-doc";

/** How many instances one slice of a tick rotates, so that no other work waits long. */
const SLICE = 100;

export interface Rotation {
  /** Issues the instance's next generation now, if a role stands behind it. */
  issueNow(instance: Instance): Generation | undefined;
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
  /** When a key was ended by hand or by its successor, or undefined. */
  endOf(accessKeyId: string): number | undefined;
  /** Forgets the schedule of an instance that has no association any more. */
  unschedule(instance: Instance): void;
  /** Forgets every schedule and every key ended by hand. */
  forget(): void;
}

export function openRotation(world: World): Rotation {
  const { db } = world.store;
  db.exec("CREATE TABLE IF NOT EXISTS dues (instance TEXT PRIMARY KEY, due INTEGER NOT NULL, last INTEGER NOT NULL)");
  db.exec("CREATE INDEX IF NOT EXISTS dues_due ON dues (due)");
  db.exec("CREATE TABLE IF NOT EXISTS ended_keys (id TEXT PRIMARY KEY, since INTEGER NOT NULL) WITHOUT ROWID");
  const statements = {
    dueNow: db.prepare("SELECT instance, due FROM dues WHERE due <= ? ORDER BY due LIMIT ?"),
    first: db.prepare("SELECT min(due) AS due FROM dues"),
    last: db.prepare("SELECT last FROM dues WHERE instance = ?"),
    put: db.prepare(
      "INSERT INTO dues VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET due = excluded.due, last = excluded.last",
    ),
    end: db.prepare(
      "INSERT INTO ended_keys VALUES (?, ?) ON CONFLICT DO UPDATE SET since = min(since, excluded.since)",
    ),
    ended: db.prepare("SELECT since FROM ended_keys WHERE id = ?"),
    prune: db.prepare("DELETE FROM generations WHERE instance = ? AND doc ->> 'enforced' < ? AND number < ?"),
  };
  const NEVER = Number.MAX_SAFE_INTEGER;
  const lastNumber = (instance: Instance) =>
    (statements.last.get(instance.id) as { last: number } | undefined)?.last ?? 0;
  const plan = (instance: Instance, due: number | undefined, last: number) =>
    void statements.put.run(instance.id, due ?? NEVER, last);
  const current = (instance: Instance) => {
    const generation = world.tables.generations.get(instance.id, lastNumber(instance));
    return generation?.associationId === instance.association?.id ? generation : undefined;
  };

  /** Issues one generation as of `issued`, or nothing when the profile or its role is gone. */
  function issue(instance: Instance, issued: number, number: number): Generation | undefined {
    const profile = profileOf(world, instance);
    const role = profile?.roleName ? world.account(profile.accountId).roles.get(profile.roleName) : undefined;
    if (!instance.association || !role) return undefined;
    const schedule = instance.schedule ?? world.schedule();
    const expires = wholeSeconds(expiryOf(schedule, `${world.rotationSalt}${instance.id}`, number, issued));
    const base = { instanceId: instance.id, associationId: instance.association.id, number, issued };
    const times = { stated: expires, enforced: expires, roleName: role.name };
    if (!ec2MayAssume(world, role)) {
      const message = `EC2 cannot assume the role ${role.name}.  Please see documentation at ${TROUBLESHOOTING}.`;
      return world.tables.generations.put({
        ...base,
        ...times,
        code: "AssumeRoleUnauthorizedAccess",
        message,
        keys: [],
      });
    }
    const deliveries = instance.options.tokens === "optional" ? (["1.0", "2.0"] as const) : (["2.0"] as const);
    const keys = deliveries.map((delivery) => mintKeys(world, instance, role, delivery, number, issued, expires));
    const generation = world.tables.generations.put({ ...base, ...times, code: "Success", keys });
    if (schedule.overlap !== undefined) endPredecessor(instance, number, issued + schedule.overlap);
    statements.prune.run(instance.id, issued, number);
    for (const set of keys) recordIssue(world, instance, role, generation, set, issued);
    return generation;
  }

  function endPredecessor(instance: Instance, number: number, from: number): void {
    const predecessor = world.tables.generations.get(instance.id, number - 1);
    for (const { accessKeyId } of predecessor?.keys ?? []) statements.end.run(accessKeyId, from);
  }

  function rotateDue(instance: Instance, due: number, now: number): void {
    const { skipped, issues, next } = generationsDue(instance.schedule ?? world.schedule(), due, now);
    let number = lastNumber(instance) + skipped;
    for (const issued of issues) {
      if (issue(instance, wholeSeconds(issued), number + 1)) number++;
    }
    plan(instance, next, number);
  }

  return {
    current,
    issueNow: (instance) =>
      world.change(() => {
        const now = wholeSeconds(world.now());
        const last = lastNumber(instance);
        const generation = issue(instance, now, last + 1);
        plan(instance, dueAfter(instance.schedule ?? world.schedule(), now), generation?.number ?? last);
        return generation;
      }),
    async tick(breathe) {
      for (;;) {
        const now = world.now();
        const slice = statements.dueNow.all(now, SLICE) as { instance: string; due: number }[];
        if (slice.length === 0) return;
        world.change(() => {
          for (const { instance: id, due } of slice) {
            const instance = world.tables.instances.get(id);
            if (instance?.association) rotateDue(instance, due, now);
            else statements.put.run(id, NEVER, instance ? lastNumber(instance) : 0);
          }
        });
        await breathe();
      }
    },
    nextDue() {
      const { due } = statements.first.get() as { due: number | null };
      return due === null || due === NEVER ? undefined : due;
    },
    deliverWithoutToken(instance) {
      const generation = current(instance);
      const role = generation && world.account(instance.accountId).roles.get(generation.roleName);
      if (!generation || !role || generation.code !== "Success") return;
      if (generation.keys.some((set) => set.delivery === "1.0")) return;
      const set = mintKeys(world, instance, role, "1.0", generation.number, generation.issued, generation.enforced);
      world.tables.generations.put({ ...generation, keys: [set, ...generation.keys] });
      recordIssue(world, instance, role, generation, set, wholeSeconds(world.now()));
    },
    setSchedule(schedule, instance) {
      world.change(() => {
        if (instance) world.tables.instances.put({ ...instance, schedule });
        else world.setSchedule(schedule);
        for (const one of instance ? [{ ...instance, schedule }] : world.account(world.accountId).instances()) {
          const generation = one.schedule && !instance ? undefined : current(one);
          if (generation) plan(one, dueAfter(schedule, generation.issued), generation.number);
        }
      });
    },
    endKeys: (accessKeyIds, from) =>
      world.change(() => {
        for (const id of accessKeyIds) statements.end.run(id, from);
        world.touch.identities();
      }),
    endOf: (accessKeyId) => (statements.ended.get(accessKeyId) as { since: number } | undefined)?.since,
    unschedule: (instance) => plan(instance, undefined, lastNumber(instance)),
    forget: () => db.exec("DELETE FROM dues; DELETE FROM ended_keys"),
  };
}

/** Every key of the instance that is not past its enforced end: all generations, both deliveries. */
export function liveKeys(world: World, instance: Instance): string[] {
  const now = world.now();
  return world.tables.generations
    .list(instance.id)
    .filter((generation) => generation.enforced > now)
    .flatMap((generation) => generation.keys.map((set) => set.accessKeyId));
}

function mintKeys(
  world: World,
  instance: Instance,
  role: Role,
  delivery: "1.0" | "2.0",
  generation: number,
  issued: number,
  expires: number,
): KeySet {
  const accessKeyId = world.ids.accessKey("ASIA", instance.accountId);
  const { vpcId, privateIp } = networkOf(world, instance);
  const { token, secret } = world.sealer.seal({
    accessKeyId,
    accountId: instance.accountId,
    roleId: role.id,
    roleName: role.name,
    sessionName: instance.id,
    issued,
    expires,
    instance: { id: instance.id, delivery, generation, vpc: vpcId, ip: privateIp },
  });
  return { delivery, accessKeyId, secret, token };
}

/** EC2's own AssumeRole in the trail, and the issue in the timeline. */
function recordIssue(
  world: World,
  instance: Instance,
  role: Role,
  generation: Generation,
  set: KeySet,
  issued: number,
): void {
  world.trail.add({
    time: issued,
    region: world.region,
    accountId: instance.accountId,
    eventSource: "sts.amazonaws.com",
    eventName: "AssumeRole",
    readOnly: true,
    identity: { type: "AWSService", invokedBy: "ec2.amazonaws.com" },
    sourceIp: "ec2.amazonaws.com",
    userAgent: "ec2.amazonaws.com",
    requestId: world.ids.uuid(),
    sharedEventId: world.ids.uuid(),
    requestParameters: { roleArn: role.arn, roleSessionName: instance.id },
    responseElements: {
      credentials: {
        accessKeyId: set.accessKeyId,
        sessionToken: set.token,
        expiration: trailExpiration(generation.stated),
      },
    },
    resources: [{ type: "AWS::IAM::Role", arn: role.arn }],
  });
  const event: EventRecord = {
    Time: issued,
    Kind: "issue",
    Instance: instance.id,
    Generation: generation.number,
    AccessKeyId: set.accessKeyId,
    Service: "sts",
    Action: "AssumeRole",
    Resource: role.arn,
  };
  world.note([event]);
}
