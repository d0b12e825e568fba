// Temporary keys that end before their session does: by hand, or because a successor has overlapped them long enough.
// Everything else about a session stands in its token; this is the short list that does not.
import type { DatabaseSync } from "node:sqlite";

export interface EndedKeys {
  /** The key is refused as expired from `since` on; the earliest such time holds. `until`: when its session is over. */
  end(accessKeyId: string, since: number, until?: number): void;
  endOf(accessKeyId: string): number | undefined;
  /** The same of every key of an instance up to that generation, whether it is still kept or not. */
  endGenerations(instanceId: string, upTo: number, since: number): void;
  endOfGeneration(instanceId: string, number: number): number | undefined;
  /** Moves every end: the clock was shifted. */
  shift(by: number): void;
  /** Forgets the keys whose sessions are over. */
  prune(now: number): void;
  clear(): void;
}

export function openEndedKeys(db: DatabaseSync): EndedKeys {
  db.exec(`CREATE TABLE IF NOT EXISTS ended_keys
    (id TEXT PRIMARY KEY, since INTEGER NOT NULL, until INTEGER) WITHOUT ROWID`);
  db.exec("CREATE INDEX IF NOT EXISTS ended_keys_until ON ended_keys (until)");
  db.exec(`CREATE TABLE IF NOT EXISTS ended_generations
    (instance TEXT, up_to INTEGER, since INTEGER NOT NULL, PRIMARY KEY (instance, up_to)) WITHOUT ROWID`);
  const put = db.prepare(
    "INSERT INTO ended_keys VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET since = min(since, excluded.since)",
  );
  const one = db.prepare("SELECT since FROM ended_keys WHERE id = ?");
  const prune = db.prepare("DELETE FROM ended_keys WHERE until < ?");
  const putGenerations = db.prepare(
    "INSERT INTO ended_generations VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET since = min(since, excluded.since)",
  );
  const generation = db.prepare("SELECT min(since) AS since FROM ended_generations WHERE instance = ? AND up_to >= ?");
  return {
    endGenerations: (instanceId, upTo, since) => void putGenerations.run(instanceId, upTo, since),
    endOfGeneration: (instanceId, number) =>
      (generation.get(instanceId, number) as { since: number | null }).since ?? undefined,
    shift(by) {
      db.prepare("UPDATE ended_keys SET since = since + ?1, until = until + ?1").run(by);
      db.prepare("UPDATE ended_generations SET since = since + ?").run(by);
    },
    end: (accessKeyId, since, until) => void put.run(accessKeyId, since, until ?? null),
    endOf: (accessKeyId) => (one.get(accessKeyId) as { since: number } | undefined)?.since,
    prune: (now) => void prune.run(now),
    clear: () => db.exec("DELETE FROM ended_keys; DELETE FROM ended_generations"),
  };
}
