// What a control plane tells the data planes of its changes: a bounded history of what moved, long polls that wait for
// more, and who has seen how much of it, so that a change can wait for everyone before it is acknowledged.
import type { ClockLine, Entropy } from "@rolemint/host";
import type { Log } from "@rolemint/host/log";
import { pause } from "@rolemint/host/schedule";
import type { InputOf, Operation, OutputOf } from "@rolemint/wire/operation";
import { boolean, integer, list, required, string, struct } from "@rolemint/wire/shape";
import { ActiveFault, type Authority, ClockFacts, type Moved } from "./authority.ts";

export const Revisions = {
  name: "Revisions",
  input: struct({
    /** Who asks, for the health page and the log: `imds`. */
    Client: required(string()),
    /** From the last answer; absent when there was none. */
    Epoch: string(),
    /** The newest revision whose moves the client has applied: asking on is what acknowledges it. */
    Since: integer(),
    /** How long the answer may wait for something to move, milliseconds; never longer than 20 s. */
    HoldMs: required(integer({ min: 0 })),
  }),
  output: struct({
    /** Names the process: nothing is known of what moved between two of them. */
    Epoch: required(string()),
    Revision: required(integer()),
    /** What moved since then is not known: take everything as moved. */
    Reset: required(boolean()),
    Identities: required(boolean()),
    ClockMoved: required(boolean()),
    Instances: required(list(string())),
    Buckets: required(list(string())),
    Clock: required(ClockFacts),
    FaultsMoved: required(boolean()),
    /** All of them, whatever moved. */
    Faults: required(list(ActiveFault)),
  }),
} satisfies Operation;
export type Poll = InputOf<typeof Revisions>;
export type PollAnswer = OutputOf<typeof Revisions>;

/** Where revisions come from. */
export interface RevisionSource extends Pick<Authority, "watch" | "clock" | "faults"> {
  revision(): number;
  clockLine(): ClockLine;
}

export interface RevisionsOptions {
  readonly entropy: Entropy;
  readonly log: Log;
  /** How many changes, and how many names of what they moved, are remembered; default 20,000. */
  readonly historyBound?: number;
  /** Names of those that may still serve by what an earlier process told: a change waits for them to come, as well. */
  readonly awaited?: readonly string[];
}

/** A data plane as the control plane sees it. */
export interface DataPlane {
  readonly name: string;
  /** The newest revision it has applied; undefined when it has only begun. */
  readonly revision: number | undefined;
  /** It let a change wait in vain; none waits for it until it asks again. */
  readonly isLate: boolean;
}

/** One connection of a data plane: it counts until its end. */
export interface Connection {
  poll(input: Poll): Promise<PollAnswer>;
  end(): void;
}

export interface OpenRevisions {
  readonly epoch: string;
  revision(): number;
  connect(): Connection;
  /** Resolves when every connected data plane has applied all that moved until now, or after 1 s. */
  acknowledged(): Promise<void>;
  dataPlanes(): DataPlane[];
  /** Ends every wait. */
  close(): void;
}

const HOLD_MAX_MS = 20_000;
const ACKNOWLEDGE_MS = 1000;
const HISTORY_BOUND = 20_000;
const EPOCH_BYTES = 16;

export function openRevisions(source: RevisionSource, options: RevisionsOptions): OpenRevisions {
  const { entropy, log, historyBound = HISTORY_BOUND, awaited = [] } = options;
  const epoch = entropy(EPOCH_BYTES).toString("hex");
  const history = openHistory(source.revision(), historyBound);
  const audience = openAudience(log, awaited);
  let nextMove = new AbortController();
  const stop = source.watch((moved) => {
    history.add(moved);
    release();
  });

  /** Lets every poll that is held go on. */
  function release(): void {
    nextMove.abort();
    nextMove = new AbortController();
  }

  function answer(since: number | undefined): PollAnswer {
    const moved = since === undefined ? undefined : history.since(since);
    const { at: At, time: Time, rate } = source.clockLine();
    return {
      Epoch: epoch,
      Revision: history.newest(),
      Reset: moved === undefined,
      Identities: moved?.identities ?? true,
      ClockMoved: moved?.clock ?? true,
      Instances: [...(moved?.instances ?? [])],
      Buckets: [...(moved?.buckets ?? [])],
      Clock: { At, Time, Rate: String(rate), Strict: source.clock().strict },
      FaultsMoved: moved?.faults ?? true,
      Faults: [...source.faults()],
    };
  }

  return {
    epoch,
    revision: history.newest,
    connect() {
      const member = audience.join();
      return {
        async poll({ Client, Epoch, Since, HoldMs }) {
          const since = Epoch === epoch ? Since : undefined;
          member.hasSeen(Client, since);
          if (since === history.newest()) await pause(Math.min(HoldMs, HOLD_MAX_MS), nextMove.signal);
          return answer(since);
        },
        end: member.leave,
      };
    },
    acknowledged: () => audience.haveSeen(history.newest()),
    dataPlanes: audience.members,
    close() {
      stop();
      audience.close();
      release();
    },
  };
}

/** What moved after revision `first`, as far back as the bound lets it know. */
function openHistory(first: number, bound: number) {
  let floor = first;
  let newest = first;
  let size = 0;
  const changes: Moved[] = [];
  const sizeOf = ({ instances, buckets }: Moved) => 1 + instances.length + buckets.length;
  return {
    newest: () => newest,
    add(moved: Moved) {
      newest = moved.revision;
      changes.push(moved);
      size += sizeOf(moved);
      while (size > bound) {
        const oldest = changes.shift()!;
        floor = oldest.revision;
        size -= sizeOf(oldest);
      }
    },
    /** What moved after a revision; undefined when that is not known. */
    since(revision: number) {
      if (revision < floor || revision > newest) return undefined;
      const later = changes.slice(changes.findLastIndex((moved) => moved.revision <= revision) + 1);
      return {
        identities: later.some(({ identities }) => identities),
        clock: later.some(({ clock }) => clock),
        faults: later.some(({ faults }) => faults),
        instances: new Set(later.flatMap(({ instances }) => instances)),
        buckets: new Set(later.flatMap(({ buckets }) => buckets)),
      };
    },
  };
}

interface Member {
  name: string;
  revision: number | undefined;
  isLate: boolean;
}

/** Who is connected or awaited, and the waits until all of them have seen a revision. */
function openAudience(log: Log, awaited: readonly string[]) {
  const missing = new Map<string, Member>(awaited.map((name) => [name, { name, revision: undefined, isLate: false }]));
  const members = new Set<Member>();
  const waits = new Map<AbortController, number>();
  const behind = (revision: number) =>
    [...missing.values(), ...members].filter((member) => !member.isLate && (member.revision ?? -1) < revision);

  /** Ends the waits that wait for nobody any more. */
  function settle(): void {
    for (const [wait, revision] of waits) if (behind(revision).length === 0) wait.abort();
  }

  return {
    members: (): DataPlane[] => [...members].map((member) => ({ ...member })),
    join() {
      const member: Member = { name: "", revision: undefined, isLate: false };
      members.add(member);
      return {
        hasSeen(name: string, revision: number | undefined) {
          Object.assign(member, { name, revision, isLate: false });
          missing.delete(name);
          settle();
        },
        leave() {
          members.delete(member);
          settle();
        },
      };
    },
    async haveSeen(revision: number) {
      if (behind(revision).length === 0) return;
      const wait = new AbortController();
      waits.set(wait, revision);
      await pause(ACKNOWLEDGE_MS, wait.signal);
      waits.delete(wait);
      for (const member of behind(revision)) {
        member.isLate = true;
        const seen = { client: member.name, seen: member.revision, revision };
        log.warn(seen, "a data plane did not take a change in time");
      }
    },
    close() {
      missing.clear();
      members.clear();
      settle();
    },
  };
}
