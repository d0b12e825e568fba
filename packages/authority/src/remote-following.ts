// How a data plane follows the control plane: it polls for what moved, tells its watchers, and only then polls on, as
// that acknowledges it. While the control plane is away what is known stays usable for a time, and then nothing does.
import { type Clock, type ClockLine, worldTime } from "@rolemint/host/clock";
import type { Log } from "@rolemint/host/log";
import { pause, wakeUp } from "@rolemint/host/schedule";
import type { ActiveFault, Authority, Moved } from "./authority.ts";
import { SeamError } from "./remote-protocol.ts";
import type { Poll, PollAnswer } from "./revisions.ts";

/** What a data plane knows of the seam. */
export interface RemoteState {
  readonly isConnected: boolean;
  /** Host time of the control plane's last word, milliseconds; undefined before the first. */
  readonly lastContact: number | undefined;
  /** The newest revision whose moves were applied. */
  readonly revision: number | undefined;
  /** Host time at which everything known was dropped, because the control plane had been away for too long. */
  readonly staleSince: number | undefined;
}

export interface FollowOptions {
  readonly client: string;
  poll(input: Poll, withinMs: number): Promise<PollAnswer>;
  /** Makes the poll under way fail. */
  interrupt(): void;
  /** How long a question may take, milliseconds. */
  readonly askMs: number;
  readonly staleForMs: number;
  readonly clock: Clock;
  readonly log: Log;
}

export interface Following extends Required<Pick<Authority, "clock" | "faults" | "watch" | "isAway">> {
  state(): RemoteState;
  /** Resolves with the first contact; rejects with SeamError when closed before. */
  untilConnected(): Promise<void>;
  /**
   * To be called with each answer before it is given. Takes everything as moved, unless the answer is of the control
   * plane that is followed and the watchers were told all that moved up to `revision`.
   */
  heardFrom(epoch: string, revision?: number): void;
  close(): Promise<void>;
}

const HOLD_MAX_MS = 20_000;
const FIRST_PAUSE_MS = 50;
/** A control plane that was started anew lets a change wait a second for those that followed the last one. */
const MAX_PAUSE_MS = 500;

export function follow(options: FollowOptions): Following {
  const { client, poll, interrupt, askMs, staleForMs, clock } = options;
  const holdMs = Math.min(HOLD_MAX_MS, Math.floor(staleForMs / 2));
  const watchers = openWatchers(options.log);
  const contact = openContact(options, watchers);
  const closing = new AbortController();

  async function run(): Promise<void> {
    while (!closing.signal.aborted) {
      const { epoch: Epoch, revision: Since } = contact.followed() ?? {};
      // Out of contact the answer is wanted at once: it says that there is contact again.
      const HoldMs = contact.isMade() ? holdMs : 0;
      try {
        const answer = await poll({ Client: client, Epoch, Since, HoldMs }, HoldMs + askMs);
        if (!closing.signal.aborted) contact.take(answer);
      } catch (error) {
        if (!closing.signal.aborted) contact.lose(error);
      }
      const restMs = contact.restMs();
      if (restMs > 0) await pause(restMs, closing.signal);
    }
  }

  const running = run();
  return {
    watch: watchers.watch,
    clock() {
      const followed = contact.followed();
      if (!followed) throw new SeamError("unreachable", "the control plane has not told the time yet");
      return { now: worldTime(followed.line, clock.now()), strict: followed.isStrict };
    },
    faults: () => contact.followed()?.faults ?? NO_FAULTS,
    isAway: () => !contact.isMade(),
    state: contact.state,
    untilConnected: () => contact.first,
    heardFrom(epoch, revision = 0) {
      const followed = contact.followed();
      if (followed?.epoch === epoch && followed.revision >= revision) return;
      watchers.tellAll(followed?.revision ?? 0);
      // Another one is there now, so the poll that is held leads nowhere.
      if (followed?.epoch !== epoch && contact.isMade()) interrupt();
    },
    async close() {
      closing.abort();
      contact.close();
      interrupt();
      await running;
    },
  };
}

const NO_FAULTS: readonly ActiveFault[] = [];

interface Followed {
  readonly epoch: string;
  readonly revision: number;
  readonly line: ClockLine;
  readonly isStrict: boolean;
  readonly faults: readonly ActiveFault[];
}

/** What is known of the control plane, and since when it is away. */
function openContact({ clock, log, staleForMs }: FollowOptions, watchers: Watchers) {
  const first = Promise.withResolvers<void>();
  first.promise.catch(() => {});
  let followed: Followed | undefined;
  let isConnected = false;
  let lastContact: number | undefined;
  let staleSince: number | undefined;
  /** Failed polls in a row, and answers in a row that could not say what moved. */
  let failures = 0;
  let resets = 0;
  /** Why contact is missing, as far as the log has said it: each kind of reason once. */
  const told = new Set<string>();

  const staleTimer = wakeUp(() => {
    staleSince = clock.now();
    log.warn({ lastContact }, "the control plane has been away for too long; nothing known is used any more");
    watchers.tellAll(followed?.revision ?? 0);
  });

  return {
    first: first.promise,
    followed: () => followed,
    isMade: () => isConnected,
    state: (): RemoteState => ({ isConnected, lastContact, revision: followed?.revision, staleSince }),
    take(answer: PollAnswer) {
      followed = followedIn(answer, followed);
      if (!isConnected) log.info({ revision: answer.Revision }, "the control plane is followed");
      isConnected = true;
      failures = 0;
      told.clear();
      resets = answer.Reset ? resets + 1 : 0;
      lastContact = clock.now();
      staleSince = undefined;
      staleTimer.at(staleForMs);
      if (answer.Reset) watchers.tellAll(answer.Revision);
      else if (hasMoved(answer)) watchers.tell(movedIn(answer));
      first.resolve();
    },
    lose(error: unknown) {
      isConnected = false;
      failures++;
      const reason = error instanceof SeamError ? error.reason : "unknown";
      const isSilent = reason === "unreachable" || reason === "late";
      const kind = isSilent ? "silent" : reason;
      // The first retry is made at once, so one failure is not worth a line.
      if (failures < 2 || told.has(kind)) return;
      told.add(kind);
      const cause = isSilent ? { reason: (error as Error).message } : { err: error };
      if (followed) log.warn({ ...cause, lastContact }, "the control plane is away; what is known is used on");
      else if (isSilent) log.info(cause, "waiting for the control plane");
      else log.warn(cause, "the control plane cannot be followed");
    },
    /** How long to wait before the next poll; no time when all goes well. */
    restMs() {
      const times = isConnected ? resets : failures;
      return times <= 1 ? 0 : Math.min(FIRST_PAUSE_MS * 2 ** (times - 2), MAX_PAUSE_MS);
    },
    close() {
      isConnected = false;
      staleTimer.stop();
      watchers.close();
      first.reject(new SeamError("closed", "the authority was closed"));
    },
  };
}

type Watchers = ReturnType<typeof openWatchers>;

function openWatchers(log: Log) {
  const listeners = new Set<(moved: Moved) => void>();

  function tell(moved: Moved): void {
    for (const listener of listeners) {
      try {
        listener(moved);
      } catch (error) {
        log.error({ err: error }, "a watcher of the authority failed");
      }
    }
  }

  return {
    tell,
    /** That everything may have moved. */
    tellAll: (revision: number) =>
      tell({ revision, identities: true, instances: [], buckets: [], clock: true, faults: true, everything: true }),
    watch(listener: (moved: Moved) => void) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    close: () => listeners.clear(),
  };
}

/** Throws SeamError when the answer does not make sense after what was known. */
function followedIn(answer: PollAnswer, before: Followed | undefined): Followed {
  const { Epoch: epoch, Revision: revision, Reset, Clock } = answer;
  const rate = Clock.Rate.trim() === "" ? Number.NaN : Number(Clock.Rate);
  const isNext = before?.epoch === epoch && revision >= before.revision;
  if (!(rate >= 0 && Number.isFinite(rate) && (Reset || isNext))) {
    throw new SeamError("unreadable", "the answer to Revisions makes no sense");
  }
  const line = { at: Clock.At, time: Clock.Time, rate };
  // The list stays the same object until it moves: what is compiled of a fault hangs on it.
  const faults = isNext && !Reset && !answer.FaultsMoved ? before.faults : answer.Faults;
  return { epoch, revision, line, isStrict: Clock.Strict, faults };
}

function hasMoved({ Identities, ClockMoved, FaultsMoved, Instances, Buckets }: PollAnswer): boolean {
  return Identities || ClockMoved || FaultsMoved || Instances.length > 0 || Buckets.length > 0;
}

function movedIn({ Revision, Identities, ClockMoved, FaultsMoved, Instances, Buckets }: PollAnswer): Moved {
  const what = { identities: Identities, clock: ClockMoved, faults: FaultsMoved };
  return { revision: Revision, ...what, instances: Instances, buckets: Buckets };
}
