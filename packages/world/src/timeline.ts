// The timeline: what every instance asked, was given, called and was refused. A database of its own beside the world's
// (losing the last second of it at a crash loses no state), filled in batches and bounded by a number of events.
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { EventRecord } from "@rolemint/authority";
import { unusable } from "./store.ts";

export interface TimelineEvent extends EventRecord {
  readonly Id: number;
}

export interface EventQuery {
  /** Events after this id. */
  readonly after?: number;
  /** Events at or after this time, milliseconds. */
  readonly since?: number;
  readonly instance?: string;
  readonly limit: number;
}

export interface Timeline {
  append(events: readonly EventRecord[]): void;
  query(query: EventQuery): TimelineEvent[];
  count(): number;
  /** Id of the newest event there has been, or 0. */
  last(): number;
  clear(): void;
  /** Told after each batch. Returns how to stop. */
  watch(listener: () => void): () => void;
  close(): void;
}

const COLUMNS = [
  "Time",
  "Kind",
  "Instance",
  "Generation",
  "AccessKeyId",
  "Path",
  "Service",
  "Action",
  "Resource",
  "Status",
  "Code",
  "RequestId",
  "UserAgent",
] as const satisfies readonly (keyof EventRecord)[];

/** Opens `<directory>/events.db`, or one in memory. Keeps the newest `bound` events. Throws StateError. */
export function openTimeline(directory: string | "memory", bound = 1_000_000): Timeline {
  const db = openDatabase(directory === "memory" ? ":memory:" : join(directory, "events.db"));
  const insert = db.prepare(`INSERT INTO events (${COLUMNS.join(", ")}) VALUES (${COLUMNS.map(() => "?").join(", ")})`);
  const trim = db.prepare("DELETE FROM events WHERE Id <= (SELECT max(Id) FROM events) - ?");
  const lastId = db.prepare("SELECT seq FROM sqlite_sequence WHERE name = 'events'");
  const listeners = new Set<() => void>();
  let sinceTrim = 0;

  function insertAll(events: readonly EventRecord[]): void {
    for (const event of events) insert.run(...COLUMNS.map((column) => event[column] ?? null));
    sinceTrim += events.length;
    if (sinceTrim > bound / 100) {
      trim.run(bound);
      sinceTrim = 0;
    }
  }

  return {
    append(events) {
      if (events.length === 0 || !db.isOpen) return;
      db.exec("BEGIN");
      try {
        insertAll(events);
        db.exec("COMMIT");
      } catch (error) {
        if (db.isTransaction) db.exec("ROLLBACK");
        throw error;
      }
      for (const listener of listeners) listener();
    },
    query: (query) => select(db, query),
    count: () => (db.prepare("SELECT count(*) AS n FROM events").get() as { n: number }).n,
    last: () => (lastId.get() as { seq: number } | undefined)?.seq ?? 0,
    clear: () => db.exec("DELETE FROM events"),
    watch(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    close: () => db.close(),
  };
}

function openDatabase(file: string): DatabaseSync {
  let db: DatabaseSync | undefined;
  try {
    db = new DatabaseSync(file);
    db.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF; PRAGMA cache_size = -2000");
    db.exec(`CREATE TABLE IF NOT EXISTS events (Id INTEGER PRIMARY KEY AUTOINCREMENT, ${COLUMNS.join(", ")})`);
    db.exec("CREATE INDEX IF NOT EXISTS events_time ON events (Time)");
    return db;
  } catch (error) {
    db?.close();
    throw unusable(file, error);
  }
}

function select(db: DatabaseSync, query: EventQuery): TimelineEvent[] {
  const conditions = ["Id > ?"];
  const values: (string | number)[] = [query.after ?? 0];
  if (query.since !== undefined) {
    conditions.push("Time >= ?");
    values.push(query.since);
  }
  if (query.instance !== undefined) {
    conditions.push("Instance = ?");
    values.push(query.instance);
  }
  const sql = `SELECT * FROM events WHERE ${conditions.join(" AND ")} ORDER BY Id LIMIT ?`;
  return db
    .prepare(sql)
    .all(...values, query.limit)
    .map((row) => Object.fromEntries(Object.entries(row).filter(([, value]) => value !== null)) as never);
}
