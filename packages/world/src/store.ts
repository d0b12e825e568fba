// The database of one world: a SQLite file in WAL mode, held exclusively by one process. One transaction an action;
// what a committed transaction says survives the death of the process (synchronous=NORMAL: not a power loss).
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";

const APPLICATION_ID = 0x524d4e54; // "RMNT"
const SCHEMA_VERSION = 1;

/** The state directory cannot be used; `kind` says whether another process has it or it is not ours. */
export class StateError extends Error {
  readonly kind: "in-use" | "unusable";
  /** Of who has it, as far as is known. */
  readonly pid: number | undefined;

  constructor(kind: "in-use" | "unusable", message: string, pid?: number) {
    super(message);
    this.kind = kind;
    this.pid = pid;
  }
}

export interface Store {
  readonly db: DatabaseSync;
  /** Whether this call made the state. */
  readonly isNew: boolean;
  /** Runs `work` in one transaction; joins the one under way. A throw undoes everything. */
  transaction<T>(work: () => T): T;
  setting(name: string): string | undefined;
  putSetting(name: string, value: string): void;
  removeSetting(name: string): void;
  close(): void;
}

/** Opens `<directory>/world.db`, or a world in memory. Throws StateError, and then has changed nothing. */
export function openStore(directory: string | "memory", pid: number): Store {
  if (directory === "memory") return prepare(new DatabaseSync(":memory:"), true);
  const file = join(directory, "world.db");
  const isNew = !existsSync(file);
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  if (!existsSync(join(directory, ".gitignore"))) writeFileSync(join(directory, ".gitignore"), "*\n");
  const db = openExclusively(directory, file);
  try {
    const store = prepare(db, isNew);
    writeFileSync(join(directory, "pid"), `${pid}\n`, { mode: 0o600 });
    return store;
  } catch (error) {
    db.close();
    throw error instanceof StateError ? error : unusable(file, error);
  }
}

function openExclusively(directory: string, file: string): DatabaseSync {
  let db: DatabaseSync | undefined;
  try {
    db = new DatabaseSync(file);
    db.exec("PRAGMA locking_mode = EXCLUSIVE; PRAGMA busy_timeout = 0");
    checkOwner(db, file);
    db.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL");
    db.exec("BEGIN EXCLUSIVE; COMMIT");
    return db;
  } catch (error) {
    db?.close();
    if (error instanceof StateError) throw error;
    if (!/locked|busy/i.test(String(error))) throw unusable(file, error);
    const pid = readPid(directory);
    const holder = pid === undefined ? "another process" : `pid ${pid}`;
    throw new StateError("in-use", `${directory} is in use by ${holder}; choose another with --state`, pid);
  }
}

/** Refuses a database that is not ours, or was written by a later version, before anything is written to it. */
function checkOwner(db: DatabaseSync, file: string): void {
  const applicationId = pragma(db, "application_id");
  const version = pragma(db, "user_version");
  const tables = db.prepare("SELECT count(*) AS n FROM sqlite_master").get() as { n: number };
  if (tables.n === 0 && applicationId === 0) return;
  if (applicationId !== APPLICATION_ID) throw new StateError("unusable", `${file} is not a rolemint state`);
  if (version !== SCHEMA_VERSION) {
    const text = `${file} was written by another version of rolemint (schema ${version}, this one has ${SCHEMA_VERSION})`;
    throw new StateError("unusable", text);
  }
}

function pragma(db: DatabaseSync, name: string): number {
  return Object.values(db.prepare(`PRAGMA ${name}`).get() ?? {})[0] as number;
}

function unusable(file: string, error: unknown): StateError {
  const why = error instanceof Error ? error.message : String(error);
  return new StateError("unusable", `${file} cannot be used: ${why}; nothing was changed`);
}

function readPid(directory: string): number | undefined {
  try {
    return Number(readFileSync(join(directory, "pid"), "utf8")) || undefined;
  } catch {
    return undefined;
  }
}

function prepare(db: DatabaseSync, isNew: boolean): Store {
  db.exec(`PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${SCHEMA_VERSION}`);
  db.exec("PRAGMA cache_size = -8000; PRAGMA wal_autocheckpoint = 2000; PRAGMA temp_store = MEMORY");
  db.exec("CREATE TABLE IF NOT EXISTS settings (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID");
  const read = db.prepare("SELECT value FROM settings WHERE name = ?");
  const write = db.prepare("INSERT INTO settings VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value");
  let depth = 0;
  return {
    db,
    isNew,
    transaction(work) {
      if (depth > 0) return work();
      db.exec("BEGIN IMMEDIATE");
      depth++;
      try {
        const result = work();
        db.exec("COMMIT");
        return result;
      } catch (error) {
        db.exec("ROLLBACK");
        throw error;
      } finally {
        depth--;
      }
    },
    setting: (name) => (read.get(name) as { value: string } | undefined)?.value,
    putSetting: (name, value) => void write.run(name, value),
    removeSetting: (name) => void db.prepare("DELETE FROM settings WHERE name = ?").run(name),
    close: () => db.close(),
  };
}
