// Temporary keys that end before their session does: by hand, or because a successor has overlapped them long enough.
// Everything else about a session stands in its token; this is the short list that does not.
import type { DatabaseSync } from "node:sqlite";

export interface EndedKeys {
  /** The key is refused as expired from `since` on; the earliest such time holds. `until`: when its session is over. */
  end(accessKeyId: string, since: number, until?: number): void;
  endOf(accessKeyId: string): number | undefined;
  /** Forgets the keys whose sessions are over. */
  prune(now: number): void;
  clear(): void;
}

export function openEndedKeys(db: DatabaseSync): EndedKeys {
  db.exec(`CREATE TABLE IF NOT EXISTS ended_keys
    (id TEXT PRIMARY KEY, since INTEGER NOT NULL, until INTEGER) WITHOUT ROWID`);
  db.exec("CREATE INDEX IF NOT EXISTS ended_keys_until ON ended_keys (until)");
  const put = db.prepare(
    "INSERT INTO ended_keys VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET since = min(since, excluded.since)",
  );
  const one = db.prepare("SELECT since FROM ended_keys WHERE id = ?");
  const prune = db.prepare("DELETE FROM ended_keys WHERE until < ?");
  return {
    end: (accessKeyId, since, until) => void put.run(accessKeyId, since, until ?? null),
    endOf: (accessKeyId) => (one.get(accessKeyId) as { since: number } | undefined)?.since,
    prune: (now) => void prune.run(now),
    clear: () => db.exec("DELETE FROM ended_keys"),
  };
}
