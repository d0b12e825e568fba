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
  readonly touch: Touch & { clock(): void };
}

/** `undone` is run after a change that failed: what is kept in memory of the store has to be read anew. */
export function openChanges(store: Store, timeline: Timeline, undone: () => void): Changes {
  const watchers = new Set<(moved: Moved) => void>();
  let revision = Number(store.setting("revision") ?? "0");
  let isChanging = false;
  let gathered = nothing();
  let noted: EventRecord[] = [];

  function gathering(): Gathered {
    if (!isChanging) throw new Error("the world was written to outside of a change");
    return gathered;
  }

  function commit<T>(work: () => T): T {
    isChanging = true;
    try {
      return store.transaction(() => {
        const result = work();
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
      timeline.append(events);
      return result;
    },
    watch(listener) {
      watchers.add(listener);
      return () => watchers.delete(listener);
    },
    revision: () => revision,
    note(events) {
      if (isChanging) noted.push(...events);
      else timeline.append(events);
    },
    touch: {
      identities: () => {
        gathering().identities = true;
      },
      clock: () => {
        gathering().clock = true;
      },
      instance: (id) => void gathering().instances.add(id),
      bucket: (name) => void gathering().buckets.add(name),
    },
  };
}

interface Gathered {
  identities: boolean;
  clock: boolean;
  readonly instances: Set<string>;
  readonly buckets: Set<string>;
}

function nothing(): Gathered {
  return { identities: false, clock: false, instances: new Set(), buckets: new Set() };
}

function hasMoved({ identities, clock, instances, buckets }: Gathered): boolean {
  return identities || clock || instances.size > 0 || buckets.size > 0;
}
