// The timeline: what every instance asked, was given, called and was refused. A database of its own beside the world's
// (losing the last second of it at a crash loses no state), filled in batches and bounded by a number of events.
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { EventRecord } from "@rolemint/authority";
import { unusable } from "./store.ts";

export interface TimelineEvent extends EventRecord {
  readonly Id: number;
}

/** What an event must be to be found. Times in milliseconds of world time. */
export interface EventFilter {
  /** At or after this time. */
  readonly since?: number;
  /** Before this time. */
  readonly until?: number;
  readonly instance?: string;
  /** One of these; an empty list finds nothing. */
  readonly kinds?: readonly EventRecord["Kind"][];
  readonly accessKeyId?: string;
  readonly generation?: number;
  readonly action?: string;
  readonly status?: number;
  readonly code?: string;
  readonly requestId?: string;
}

export interface EventQuery extends EventFilter {
  /** Events after this id. */
  readonly after?: number;
  /** Events up to this id. */
  readonly upTo?: number;
  /** Where there are more than `limit`, the newest of them and not the oldest. */
  readonly isNewest?: boolean;
  readonly limit: number;
}

/** Events found, oldest first, and the id up to which all has been looked at. */
export interface FoundEvents {
  readonly events: TimelineEvent[];
  readonly upTo: number;
}

export interface Timeline {
  append(events: readonly EventRecord[]): void;
  query(query: EventQuery): TimelineEvent[];
  /** The same in slices, `breathe` between them: a million events are not looked through at one go. */
  search(query: EventQuery, breathe: () => Promise<void>): Promise<FoundEvents>;
  /** The second with the most metadata requests of these instances after an event, or undefined without any. */
  peak(after: number, instances: ReadonlySet<string>): { readonly time: number; readonly count: number } | undefined;
  count(): number;
  /** Id of the newest event there has been, or 0. */
  last(): number;
  /** How many events after this id are no longer kept, because there were too many. */
  missedAfter(id: number): number;
  /** Counts events that never arrived. */
  lose(count: number): void;
  /** How many events never arrived, since the start or the last clearing. */
  dropped(): number;
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
  "Expiration",
  "Message",
] as const satisfies readonly (keyof EventRecord)[];

/** How many ids one slice of a search looks at: some milliseconds. */
const SLICE = 20_000;

/** Opens `<directory>/events.db`, or one in memory. Keeps the newest `bound` events. Throws StateError. */
export function openTimeline(directory: string | "memory", bound = 1_000_000): Timeline {
  const db = openDatabase(directory === "memory" ? ":memory:" : join(directory, "events.db"));
  const insert = db.prepare(`INSERT INTO events (${COLUMNS.join(", ")}) VALUES (${COLUMNS.map(() => "?").join(", ")})`);
  const trim = db.prepare("DELETE FROM events WHERE Id <= ?");
  const lastId = db.prepare("SELECT seq FROM sqlite_sequence WHERE name = 'events'");
  const listeners = new Set<() => void>();
  // Ids follow one another without a gap: numbers are enough to know what there is.
  let last = (lastId.get() as { seq: number } | undefined)?.seq ?? 0;
  let first = (db.prepare("SELECT min(Id) AS id FROM events").get() as { id: number | null }).id ?? last + 1;
  let clearedTo = (db.prepare("SELECT id FROM cleared").get() as { id: number } | undefined)?.id ?? 0;
  let dropped = 0;

  function insertAll(events: readonly EventRecord[]): number {
    for (const event of events) insert.run(...COLUMNS.map((column) => event[column] ?? null));
    const newest = last + events.length;
    // With each batch about as many go as have come, so that none has to wait for the removal of many.
    const excess = Math.min(newest - bound, first + 2 * events.length + 1000);
    if (excess >= first) trim.run(excess);
    return Math.max(first, excess + 1);
  }

  return {
    append(events) {
      if (events.length === 0 || !db.isOpen) return;
      db.exec("BEGIN");
      try {
        const kept = insertAll(events);
        db.exec("COMMIT");
        last += events.length;
        first = kept;
      } catch (error) {
        if (db.isTransaction) db.exec("ROLLBACK");
        throw error;
      }
      for (const listener of listeners) listener();
    },
    query: (query) => select(db, query),
    search: (query, breathe) => search(db, { ...query, from: Math.max(query.after ?? 0, first - 1), last }, breathe),
    peak: (after, instances) => peak(db, after, instances),
    count: () => last - first + 1,
    last: () => last,
    missedAfter: (id) => Math.max(first - 1 - Math.max(id, clearedTo), 0),
    lose(count) {
      dropped += count;
    },
    dropped: () => dropped,
    clear() {
      db.exec(`BEGIN; DELETE FROM events; DELETE FROM cleared; INSERT INTO cleared VALUES (${last}); COMMIT`);
      clearedTo = last;
      first = last + 1;
      dropped = 0;
    },
    watch(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    close: () => db.close(),
  };
}

/** `from` is the id before the first one kept that is asked for, `last` that of the newest there is. */
async function search(
  db: DatabaseSync,
  { from, last, limit, ...query }: EventQuery & { readonly from: number; readonly last: number },
  breathe: () => Promise<void>,
): Promise<FoundEvents> {
  const upTo = Math.min(query.upTo ?? last, last);
  const events: TimelineEvent[] = [];
  const look = (after: number, end: number) => select(db, { ...query, after, upTo: end, limit: limit - events.length });
  if (query.isNewest) {
    for (let end = upTo; end > from && events.length < limit && db.isOpen; end -= SLICE) {
      if (end < upTo) await breathe();
      events.unshift(...look(Math.max(end - SLICE, from), end));
    }
    return { events, upTo };
  }
  for (let after = from; after < upTo && db.isOpen; after += SLICE) {
    if (after > from) await breathe();
    events.push(...look(after, Math.min(after + SLICE, upTo)));
    if (events.length >= limit) return { events, upTo: events.at(-1)!.Id };
  }
  return { events, upTo };
}

function openDatabase(file: string): DatabaseSync {
  let db: DatabaseSync | undefined;
  try {
    db = new DatabaseSync(file);
    db.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF; PRAGMA cache_size = -2000");
    db.exec(`CREATE TABLE IF NOT EXISTS events (Id INTEGER PRIMARY KEY AUTOINCREMENT, ${COLUMNS.join(", ")})`);
    db.exec("CREATE TABLE IF NOT EXISTS cleared (id INTEGER NOT NULL)");
    bringUpToDate(db);
    return db;
  } catch (error) {
    db?.close();
    throw unusable(file, error);
  }
}

/** A file of an earlier version lacks columns, and has an index that no question uses. */
function bringUpToDate(db: DatabaseSync): void {
  const there = new Set(
    db
      .prepare("SELECT name FROM pragma_table_info('events')")
      .all()
      .map((row) => row["name"]),
  );
  for (const column of COLUMNS) if (!there.has(column)) db.exec(`ALTER TABLE events ADD COLUMN ${column}`);
  db.exec("DROP INDEX IF EXISTS events_time");
}

/** Each filter as a condition of SQL. */
const CONDITIONS = {
  after: "Id > ?",
  upTo: "Id <= ?",
  since: "Time >= ?",
  until: "Time < ?",
  instance: "Instance = ?",
  accessKeyId: "AccessKeyId = ?",
  generation: "Generation = ?",
  action: "Action = ?",
  status: "Status = ?",
  code: "Code = ?",
  requestId: "RequestId = ?",
} as const satisfies Partial<Record<keyof EventQuery, string>>;

function select(db: DatabaseSync, query: EventQuery): TimelineEvent[] {
  const conditions: string[] = ["1"];
  const values: (string | number)[] = [];
  for (const [name, condition] of Object.entries(CONDITIONS)) {
    const value = query[name as keyof typeof CONDITIONS];
    if (value === undefined) continue;
    conditions.push(condition);
    values.push(value);
  }
  if (query.kinds) {
    conditions.push(`Kind IN (${query.kinds.map(() => "?").join(", ")})`);
    values.push(...query.kinds);
  }
  const order = query.isNewest ? "DESC" : "ASC";
  const sql = `SELECT * FROM events WHERE ${conditions.join(" AND ")} ORDER BY Id ${order} LIMIT ?`;
  const rows = db.prepare(sql).all(...values, query.limit);
  return (query.isNewest ? rows.reverse() : rows).map(
    (row) => Object.fromEntries(Object.entries(row).filter(([, value]) => value !== null)) as never,
  );
}

function peak(db: DatabaseSync, after: number, instances: ReadonlySet<string>) {
  const names = [...instances];
  const row = db
    .prepare(`SELECT Time / 1000 AS second, count(*) AS n FROM events
      WHERE Id > ? AND Kind = 'metadata' AND Instance IN (${names.map(() => "?").join(", ")})
      GROUP BY second ORDER BY n DESC, second LIMIT 1`)
    .get(after, ...names) as { second: number; n: number } | undefined;
  return row && { time: row.second * 1000, count: row.n };
}
