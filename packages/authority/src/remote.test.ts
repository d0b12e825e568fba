// A data plane and its control plane with the network between them in the hands of the test: whatever is delayed, lost,
// killed and started again, nothing is remembered that is older than what the data plane has acknowledged.
import { expect, test } from "@jest/globals";
import { seededEntropy } from "@rolemint/host/entropy";
import { silentLog } from "@rolemint/host/log";
import { breathe } from "@rolemint/host/schedule";
import type { Operation } from "@rolemint/wire/operation";
import fc from "fast-check";
import { Bucket, type BucketFacts, type Moved } from "./authority.ts";
import { cacheOver } from "./cache.ts";
import { authorityOver } from "./remote.ts";
import type { Exchange } from "./remote-exchange.ts";
import { SeamError } from "./remote-protocol.ts";
import { type Connection, type OpenRevisions, openRevisions, type Poll, Revisions } from "./revisions.ts";

const NAMES = ["a", "b"] as const;
type Name = (typeof NAMES)[number];

/** Stamp of each bucket's last change; no two changes have the same, whatever is lost or begun anew. */
type Facts = Readonly<Record<Name, number>>;

let stamps = 0;
const nothing = (): Facts => ({ a: ++stamps, b: ++stamps });

/** A state with two buckets, as it was at each revision; `Created` of a bucket is its stamp. */
function openStandIn(before: readonly Facts[]) {
  const watchers = new Set<(moved: Moved) => void>();
  const past = [...before];
  const revision = () => past.length - 1;
  const facts = () => past[revision()]!;
  return {
    past,
    revision,
    facts,
    clockLine: () => ({ at: 0, time: 0, rate: 1 }),
    clock: () => ({ now: 0, strict: false }),
    faults: () => [],
    watch(watcher: (moved: Moved) => void) {
      watchers.add(watcher);
      return () => watchers.delete(watcher);
    },
    change(name: Name) {
      past.push({ ...facts(), [name]: ++stamps });
      const still = { identities: false, clock: false, faults: false, instances: [] };
      for (const watcher of watchers) watcher({ ...still, revision: revision(), buckets: [name] });
    },
    bucket: (Name: Name): BucketFacts => ({ Name, AccountId: "1", Region: "us-east-1", Created: facts()[Name] }),
  };
}
type State = ReturnType<typeof openStandIn>;

/** One process over a state. */
interface Process {
  readonly state: State;
  readonly revisions: OpenRevisions;
  isAlive: boolean;
}

/** Something on the network: it arrives when the test lets it, or is lost. */
interface Message {
  arrive(): void;
  lose(): void;
}

/** A control plane, one data plane, and all that is under way between them. */
function openStage(historyBound: number) {
  const entropy = seededEntropy("stage");
  /** All that ever was true, in its order, and of which process. */
  const truths: { readonly epoch: string; readonly revision: number; readonly facts: Facts }[] = [];
  const messages: Message[] = [];
  const problems: string[] = [];
  let process = start([nothing()]);
  let connection: { readonly of: Process; readonly made: Connection } | undefined;
  /** Up to which of the truths the newest poll acknowledged. */
  let acknowledged = 0;
  let isPeeking = false;

  function start(past: readonly Facts[]): Process {
    const state = openStandIn(past);
    const revisions = openRevisions(state, { entropy, log: silentLog, historyBound });
    const note = () => truths.push({ epoch: revisions.epoch, revision: state.revision(), facts: state.facts() });
    note();
    state.watch(note);
    return { state, revisions, isAlive: true };
  }

  function connect(): Connection {
    if (connection?.of !== process) connection = { of: process, made: process.revisions.connect() };
    return connection.made;
  }

  function disconnect(): void {
    connection?.made.end();
    connection = undefined;
  }

  /** To the process that is there at the start, and back. */
  function travel<Answer>(answer: (at: Process) => Promise<Answer>, under: Set<() => void>): Promise<Answer> {
    const { promise, resolve, reject } = Promise.withResolvers<Answer>();
    const to = process;
    const lose = () => reject(new SeamError("unreachable", "lost"));
    under.add(lose);
    messages.push({
      lose,
      arrive() {
        if (!to.isAlive) return lose();
        answer(to).then((given) => messages.push({ lose, arrive: () => resolve(given) }));
      },
    });
    return promise.finally(() => under.delete(lose));
  }

  function exchange(answerOf: (at: Process, operation: Operation, input: object) => Promise<object>): Exchange {
    const under = new Set<() => void>();
    const interrupt = () => {
      for (const lose of under) lose();
    };
    return {
      ask: ((operation: Operation, input: object) => {
        if (isPeeking) return new Promise(() => {});
        if (operation === Revisions) acknowledge(input as Poll);
        return travel(
          async (at) => ({
            output: await answerOf(at, operation, input),
            epoch: at.revisions.epoch,
            revision: at.revisions.revision(),
          }),
          under,
        );
      }) as Exchange["ask"],
      interrupt,
      close: interrupt,
    };
  }

  function acknowledge({ Epoch, Since }: Poll): void {
    const isOf = (truth: (typeof truths)[number]) => truth.epoch === Epoch && truth.revision === Since;
    acknowledged = Math.max(acknowledged, truths.findLastIndex(isOf));
  }

  const asking = exchange(async (at, operation, input) => {
    expect(operation).toBe(Bucket);
    return { Bucket: at.state.bucket((input as { Name: Name }).Name) };
  });
  const polling = exchange((_, __, input) => connect().poll(input as Poll));
  const clock = { now: () => 0 };
  const authority = authorityOver(asking, polling, { client: "test", clock, log: silentLog, staleForMs: 1e9 });
  const cache = cacheOver(authority, () => undefined);

  /** Facts given or remembered were true when `by` was acknowledged, or later. */
  function check(what: string, facts: BucketFacts | undefined, by: number): void {
    if (facts && !truths.slice(by).some((truth) => truth.facts[facts.Name as Name] === facts.Created)) {
      problems.push(`${what} ${facts.Name} of ${facts.Created}, which was over before ${JSON.stringify(truths[by])}`);
    }
  }

  return {
    messages,
    problems,
    change: (name: Name) => process.state.change(name),
    ask(name: Name) {
      const by = acknowledged;
      const found = cache.bucket(name);
      if (!(found instanceof Promise)) return check("remembered", found, by);
      found.then(
        (facts) => check("given", facts, by),
        (error) => expect(error).toBeInstanceOf(SeamError),
      );
    },
    disconnect() {
      disconnect();
      polling.interrupt();
    },
    /** Another process. What was on its way from the old one may still arrive. */
    restart(how: Restart) {
      disconnect();
      process.isAlive = false;
      process.revisions.close();
      const { past } = process.state;
      if (how === "another state") process = start([nothing()]);
      else process = start(how === "same state" ? past : past.slice(0, Math.max(1, past.length - 2)));
    },
    inspect() {
      isPeeking = true;
      for (const name of NAMES) {
        const known = cache.bucket(name);
        if (!(known instanceof Promise)) check("kept", known, acknowledged);
      }
      isPeeking = false;
    },
    async close() {
      for (const { lose } of messages) lose();
      process.revisions.close();
      await authority.close();
    },
  };
}

/** `last changes lost`: what the machine had not written when its power went. */
const RESTARTS = ["same state", "another state", "last changes lost"] as const;
type Restart = (typeof RESTARTS)[number];

type Stage = ReturnType<typeof openStage>;
type Step = readonly [text: string, act: (stage: Stage) => void];

const taking = (index: number, act: (message: Message) => void) => (stage: Stage) => {
  const [message] = stage.messages.splice(index % Math.max(stage.messages.length, 1), 1);
  if (message) act(message);
};
const steps: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...NAMES).map((n): Step => [`ask ${n}`, (stage) => stage.ask(n)]) },
  { weight: 4, arbitrary: fc.constantFrom(...NAMES).map((n): Step => [`change ${n}`, (stage) => stage.change(n)]) },
  { weight: 12, arbitrary: fc.nat(3).map((i): Step => [`arrive ${i}`, taking(i, ({ arrive }) => arrive())]) },
  { weight: 1, arbitrary: fc.nat(3).map((i): Step => [`lose ${i}`, taking(i, (message) => message.lose())]) },
  { weight: 1, arbitrary: fc.constant<Step>(["disconnect", (stage) => stage.disconnect()]) },
  { weight: 1, arbitrary: fc.constantFrom(...RESTARTS).map((how): Step => [how, (stage) => stage.restart(how)]) },
);

test("nothing is remembered or given that is older than what was acknowledged, whatever happens on the way", async () => {
  const runs = fc.asyncProperty(
    fc.integer({ min: 3, max: 12 }),
    fc.array(steps, { minLength: 50, maxLength: 200, size: "max" }),
    play,
  );
  await fc.assert(runs, { numRuns: 400 });
});

async function play(historyBound: number, acts: readonly Step[]): Promise<void> {
  const stage = openStage(historyBound);
  for (const [, act] of acts) {
    act(stage);
    await breathe();
    stage.inspect();
  }
  await stage.close();
  expect(stage.problems).toEqual([]);
}
