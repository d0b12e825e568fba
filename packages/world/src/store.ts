// The database of one world: a SQLite file in WAL mode, held exclusively by one process. One transaction an action;
// what a committed transaction says survives the death of the process (synchronous=NORMAL: not a power loss).
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, writeFileSync } from "node:fs";
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
  /** Runs `work` in one transaction; joins the one under way. A throw undoes everything. */
  transaction<T>(work: () => T): T;
  setting(name: string): string | undefined;
  putSetting(name: string, value: string): void;
  removeSetting(name: string): void;
  close(): void;
}

/** Opens `<directory>/world.db`, or a world in memory. Throws StateError, and then has changed no state. */
export function openStore(directory: string | "memory", pid: number): Store {
  if (directory === "memory") {
    const db = new DatabaseSync(":memory:");
    found(db);
    return storeOver(db);
  }
  const file = join(directory, "world.db");
  let db: DatabaseSync | undefined;
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    // Made here for its mode. One that is there is not opened so: closing it would end SQLite's locks in this process.
    if (!existsSync(file)) closeSync(openSync(file, "a", 0o600));
    db = new DatabaseSync(file);
    hold(db, file);
    const store = storeOver(db);
    if (!existsSync(join(directory, ".gitignore"))) writeFileSync(join(directory, ".gitignore"), "*\n");
    writeFileSync(join(directory, "pid"), `${pid}\n`, { mode: 0o600 });
    return store;
  } catch (error) {
    db?.close();
    if (error instanceof StateError) throw error;
    throw isBusy(error) ? inUse(directory) : unusable(file, error);
  }
}

/** Takes the file for this process alone, and writes to it only once it is known to be ours. */
function hold(db: DatabaseSync, file: string): void {
  // Records of the trail are of two or three kilobytes: a page of SQLite's usual size would hold one of them.
  db.exec("PRAGMA page_size = 8192; PRAGMA locking_mode = EXCLUSIVE; PRAGMA busy_timeout = 0; BEGIN EXCLUSIVE");
  const isEmpty = checkOwner(db, file);
  db.exec("COMMIT; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL");
  if (isEmpty) found(db);
}

/** Whether there is nothing yet. Refuses a database that is not ours, or was written by a later version. */
function checkOwner(db: DatabaseSync, file: string): boolean {
  const applicationId = pragma(db, "application_id");
  const version = pragma(db, "user_version");
  const tables = db.prepare("SELECT count(*) AS n FROM sqlite_master").get() as { n: number };
  if (tables.n === 0 && applicationId === 0) return true;
  if (applicationId !== APPLICATION_ID) throw new StateError("unusable", `${file} is not a rolemint state`);
  if (version !== SCHEMA_VERSION) {
    const text = `${file} was written by another version of rolemint (schema ${version}, this one has ${SCHEMA_VERSION})`;
    throw new StateError("unusable", text);
  }
  return false;
}

/** In one transaction, so that a crash leaves either nothing or a database that is known for ours. */
function found(db: DatabaseSync): void {
  db.exec(`BEGIN; PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${SCHEMA_VERSION};
    CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID; COMMIT`);
}

function pragma(db: DatabaseSync, name: string): number {
  return Object.values(db.prepare(`PRAGMA ${name}`).get() ?? {})[0] as number;
}

const SQLITE_BUSY = 5;

function isBusy(error: unknown): boolean {
  // The low byte is the code, the others say more of it. https://www.sqlite.org/rescode.html
  return ((error as { errcode?: number }).errcode ?? 0) % 256 === SQLITE_BUSY;
}

function inUse(directory: string): StateError {
  const pid = readPid(directory);
  const holder = pid === undefined ? "another process" : `pid ${pid}`;
  return new StateError("in-use", `${directory} is in use by ${holder}; choose another with --state`, pid);
}

/** A database that SQLite itself refuses. */
export function unusable(file: string, error: unknown): StateError {
  const why = error instanceof Error ? error.message : String(error);
  return new StateError("unusable", `${file} cannot be used: ${why}; nothing was changed`);
}

/** Of SQLite, as of a full disk: what was asked is not done, and may be asked again. */
export function isDatabaseError(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === "ERR_SQLITE_ERROR";
}

/** By the file system, or by SQLite, whose result code it is. https://www.sqlite.org/rescode.html#full */
export function isFullDisk(error: unknown): boolean {
  const { code, errcode } = error as NodeJS.ErrnoException & { readonly errcode?: number };
  return code === "ENOSPC" || (code === "ERR_SQLITE_ERROR" && errcode === 13);
}

function readPid(directory: string): number | undefined {
  try {
    return Number(readFileSync(join(directory, "pid"), "utf8")) || undefined;
  } catch {
    return undefined;
  }
}

function storeOver(db: DatabaseSync): Store {
  // A checkpoint every 4 MB: it holds everything up, so it must not become long.
  db.exec("PRAGMA cache_size = -16000; PRAGMA wal_autocheckpoint = 500; PRAGMA temp_store = MEMORY");
  const read = db.prepare("SELECT value FROM settings WHERE name = ?");
  const write = db.prepare("INSERT INTO settings VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value");
  const remove = db.prepare("DELETE FROM settings WHERE name = ?");
  return {
    db,
    transaction(work) {
      if (db.isTransaction) return work();
      db.exec("BEGIN IMMEDIATE");
      try {
        const result = work();
        db.exec("COMMIT");
        return result;
      } catch (error) {
        // A full disk has ended it already.
        if (db.isTransaction) db.exec("ROLLBACK");
        throw error;
      }
    },
    setting: (name) => (read.get(name) as { value: string } | undefined)?.value,
    putSetting: (name, value) => void write.run(name, value),
    removeSetting: (name) => void remove.run(name),
    close: () => db.close(),
  };
}
