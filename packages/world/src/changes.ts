// Changes to a world: each is one transaction, gathers what it makes stale, and tells the watchers once it stands. The
// revision counts those that made anything stale.
import type { EventRecord, Moved } from "@rolemint/authority";
import type { Touch } from "./accounts.ts";
import type { Store } from "./store.ts";
import type { Timeline } from "./timeline.ts";

export interface Changes {
  /** Runs `work` in one transaction and then tells the watchers what moved. Calls inside one another are one change. */
  change<T>(work: () => T): T;
  /** Told synchronously, after a change stands and before it returns. Returns how to stop. */
  watch(listener: (moved: Moved) => void): () => void;
  revision(): number;
  /** Puts events into the timeline, of a change under way only once it stands. */
  note(events: readonly EventRecord[]): void;
  /** Called before events go into the timeline: whoever holds back earlier ones notes them now. */
  beforeNote(listener: () => void): void;
  readonly touch: Touch & { clock(): void; faults(): void };
}

export interface ChangesOptions {
  readonly timeline: Pick<Timeline, "append">;
  /** Run inside a change that moved identities, at its end. */
  readonly settle: () => void;
  /** Run after a change that failed: what is kept in memory of the store has to be read anew. */
  readonly undone: () => void;
}

export function openChanges(store: Store, { timeline, settle, undone }: ChangesOptions): Changes {
  const watchers = new Set<(moved: Moved) => void>();
  let revision = Number(store.setting("revision") ?? "0");
  let isChanging = false;
  let gathered = nothing();
  let noted: EventRecord[] = [];
  const holders: (() => void)[] = [];
  let isCatchingUp = false;

  function append(events: readonly EventRecord[]): void {
    if (events.length === 0) return;
    if (!isCatchingUp) {
      isCatchingUp = true;
      for (const release of holders) release();
      isCatchingUp = false;
    }
    timeline.append(events);
  }

  function gathering(): Gathered {
    if (!isChanging) throw new Error("the world was written to outside of a change");
    return gathered;
  }

  function commit<T>(work: () => T): T {
    isChanging = true;
    try {
      return store.transaction(() => {
        const result = work();
        if (gathered.identities) settle();
        if (hasMoved(gathered)) store.putSetting("revision", String(revision + 1));
        return result;
      });
    } catch (error) {
      gathered = nothing();
      noted = [];
      undone();
      throw error;
    } finally {
      isChanging = false;
    }
  }

  return {
    change(work) {
      if (isChanging) return work();
      const result = commit(work);
      const [moves, events] = [gathered, noted];
      gathered = nothing();
      noted = [];
      if (hasMoved(moves)) {
        revision++;
        const moved = { ...moves, revision, instances: [...moves.instances], buckets: [...moves.buckets] };
        for (const watcher of watchers) watcher(moved);
      }
      append(events);
      return result;
    },
    watch(listener) {
      watchers.add(listener);
      return () => watchers.delete(listener);
    },
    revision: () => revision,
    note: (events) => void (isChanging ? noted.push(...events) : append(events)),
    beforeNote: (listener) => void holders.push(listener),
    touch: touchOver(gathering),
  };
}

/** Throws outside of a change. */
function touchOver(gathering: () => Gathered): Changes["touch"] {
  return {
    identities: () => {
      gathering().identities = true;
    },
    clock: () => {
      gathering().clock = true;
    },
    faults: () => {
      gathering().faults = true;
    },
    instance: (id) => void gathering().instances.add(id),
    bucket: (name) => void gathering().buckets.add(name),
  };
}

interface Gathered {
  identities: boolean;
  clock: boolean;
  faults: boolean;
  readonly instances: Set<string>;
  readonly buckets: Set<string>;
}

function nothing(): Gathered {
  return { identities: false, clock: false, faults: false, instances: new Set(), buckets: new Set() };
}

function hasMoved({ identities, clock, faults, instances, buckets }: Gathered): boolean {
  return identities || clock || faults || instances.size > 0 || buckets.size > 0;
}
