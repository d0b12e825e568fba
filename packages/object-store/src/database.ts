// The metadata, and small bodies beside it: one SQLite database in WAL mode, held exclusively, so that what one turn of
// the event loop reads and writes is atomic. Every statement that touches it is here.
import { DatabaseSync } from "node:sqlite";
import { type Checksum, type ObjectFacts, Refusal } from "./backend.ts";
import { openRecent } from "./recent.ts";

const SCHEMA_VERSION = 1;

// A body is in `bytes`, in `file`, or, of a multipart object, in the files of the parts of `upload`, which stay as
// they were uploaded. Several rows may name one file (a copy does). SQLite compares TEXT keys by their UTF-8 bytes.
const schema = `
CREATE TABLE IF NOT EXISTS object (
  id INTEGER PRIMARY KEY,
  bucket TEXT NOT NULL, key TEXT NOT NULL,
  size INTEGER NOT NULL, etag TEXT NOT NULL, modified INTEGER NOT NULL, headers TEXT NOT NULL,
  checksum TEXT, parts INTEGER, upload TEXT, file TEXT, bytes BLOB,
  UNIQUE (bucket, key)
) STRICT;
CREATE INDEX IF NOT EXISTS object_file ON object (file) WHERE file IS NOT NULL;
CREATE TABLE IF NOT EXISTS upload (
  bucket TEXT NOT NULL, key TEXT NOT NULL, id TEXT NOT NULL,
  initiated INTEGER NOT NULL, initiator_id TEXT NOT NULL, initiator_name TEXT NOT NULL, headers TEXT NOT NULL,
  checksum_algorithm TEXT, checksum_type TEXT,
  PRIMARY KEY (bucket, key, id)
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS part (
  upload TEXT NOT NULL, number INTEGER NOT NULL,
  size INTEGER NOT NULL, etag TEXT NOT NULL, modified INTEGER NOT NULL, checksum TEXT, file TEXT NOT NULL,
  PRIMARY KEY (upload, number)
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS part_file ON part (file);
PRAGMA user_version = ${SCHEMA_VERSION};
`;

const FACTS = "size, etag, modified, headers, checksum, parts";

const statements = {
  findObject: `SELECT ${FACTS}, upload, file, bytes FROM object WHERE bucket = ? AND key = ?`,
  findFacts: `SELECT ${FACTS}, upload, file FROM object WHERE bucket = ? AND key = ?`,
  listObjects: `SELECT key, ${FACTS} FROM object WHERE bucket = ? AND key >= ? AND key < ? ORDER BY key`,
  anyObject: "SELECT 1 FROM object WHERE bucket = ? LIMIT 1",
  storeObject: `INSERT INTO object (bucket, key, ${FACTS}, upload, file, bytes) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (bucket, key) DO UPDATE SET size = excluded.size, etag = excluded.etag, modified = excluded.modified,
    headers = excluded.headers, checksum = excluded.checksum, parts = excluded.parts, upload = excluded.upload,
    file = excluded.file, bytes = excluded.bytes`,
  deleteObject: "DELETE FROM object WHERE bucket = ? AND key = ?",
  findUpload: "SELECT * FROM upload WHERE bucket = ? AND key = ? AND id = ?",
  listUploads: `SELECT * FROM upload WHERE bucket = ? AND key >= ? AND key < ? AND (key <> ? OR id > ?)
    ORDER BY key, id`,
  uploadsOfBucket: "SELECT id FROM upload WHERE bucket = ?",
  storeUpload: "INSERT INTO upload VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
  deleteUpload: "DELETE FROM upload WHERE bucket = ? AND key = ? AND id = ?",
  deleteUploadsOfBucket: "DELETE FROM upload WHERE bucket = ?",
  findPart: "SELECT * FROM part WHERE upload = ? AND number = ?",
  listParts: "SELECT * FROM part WHERE upload = ? AND number > ? ORDER BY number LIMIT ?",
  storePart: "INSERT OR REPLACE INTO part VALUES (?, ?, ?, ?, ?, ?, ?)",
  deletePart: "DELETE FROM part WHERE upload = ? AND number = ?",
  deleteParts: "DELETE FROM part WHERE upload = ? RETURNING file",
  anyUseOfFile: "SELECT 1 FROM object WHERE file = ?1 UNION ALL SELECT 1 FROM part WHERE file = ?1 LIMIT 1",
  begin: "BEGIN IMMEDIATE",
  commit: "COMMIT",
  rollback: "ROLLBACK",
} as const satisfies Record<string, string>;

export interface FactsRow {
  readonly size: number;
  readonly etag: string;
  readonly modified: number;
  readonly headers: string;
  readonly checksum: string | null;
  readonly parts: number | null;
}

/** Where an object's body is; `bytes` only where it was asked for. */
export interface ObjectRow extends FactsRow {
  readonly upload: string | null;
  readonly file: string | null;
  readonly bytes?: Uint8Array | null;
}

export interface UploadRow {
  readonly bucket: string;
  readonly key: string;
  readonly id: string;
  readonly initiated: number;
  readonly initiator_id: string;
  readonly initiator_name: string;
  readonly headers: string;
  readonly checksum_algorithm: Checksum["algorithm"] | null;
  readonly checksum_type: Checksum["type"] | null;
}

export interface PartRow {
  readonly number: number;
  readonly size: number;
  readonly etag: string;
  readonly modified: number;
  readonly checksum: string | null;
  readonly file: string;
}

/** What a statement takes. A Uint8Array compares greater than every key. */
export type Value = string | number | null | Uint8Array;

export interface Database {
  /** An object with where its body is, not to be changed by who gets it, or undefined. */
  object(bucket: string, key: string): ObjectRow | undefined;
  /** The first row, or undefined. */
  row<Row>(statement: keyof typeof statements, ...values: Value[]): Row | undefined;
  rows<Row>(statement: keyof typeof statements, ...values: Value[]): Row[];
  /** Rows as they are asked for: to be left before the next statement is run. */
  each<Row>(statement: keyof typeof statements, ...values: Value[]): Iterable<Row>;
  run(statement: keyof typeof statements, ...values: Value[]): void;
  /** All or nothing; `work` is synchronous, so nothing comes in between. */
  transaction<T>(work: () => T): T;
  close(): void;
}

const SQLITE_BUSY = 5;
/** Their first values are bucket and key. */
const WRITES_OBJECT = new Set<keyof typeof statements>(["storeObject", "deleteObject"]);

/** Opens or makes the database at `path` (`:memory:` for none). Throws if another store has it open. */
export function openDatabase(path: string): Database {
  const connection = new DatabaseSync(path);
  try {
    return prepare(connection);
  } catch (error) {
    connection.close();
    if ((error as { errcode?: number }).errcode !== SQLITE_BUSY) throw error;
    throw new Error(`${path} is in use by another process`, { cause: error });
  }
}

function prepare(connection: DatabaseSync): Database {
  connection.exec("PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;");
  connection.exec("PRAGMA cache_size = -16384; PRAGMA busy_timeout = 0;");
  const { user_version: version } = connection.prepare("PRAGMA user_version").get() as { user_version: number };
  if (version !== 0 && version !== SCHEMA_VERSION) {
    throw new Error(`the object store was written by another version (${version}, this one reads ${SCHEMA_VERSION})`);
  }
  connection.exec(`BEGIN EXCLUSIVE; ${schema} COMMIT;`);
  const entries = Object.entries(statements).map(([name, sql]) => [name, connection.prepare(sql)] as const);
  const prepared = Object.fromEntries(entries) as Record<keyof typeof statements, (typeof entries)[0][1]>;
  const recent = openRecent();
  return {
    object(bucket, key) {
      const known = recent.get(bucket, key);
      if (known) return known;
      const row = prepared.findObject.get(bucket, key) as unknown as ObjectRow | undefined;
      if (row) recent.keep(bucket, key, row);
      return row;
    },
    row: <Row>(name: keyof typeof statements, ...values: Value[]) => prepared[name].get(...values) as Row | undefined,
    rows: <Row>(name: keyof typeof statements, ...values: Value[]) => prepared[name].all(...values) as Row[],
    each: <Row>(name: keyof typeof statements, ...values: Value[]) =>
      prepared[name].iterate(...values) as unknown as Iterable<Row>,
    run(name, ...values) {
      if (WRITES_OBJECT.has(name)) recent.forget(String(values[0]), String(values[1]));
      prepared[name].run(...values);
    },
    transaction(work) {
      if (!connection.isOpen) throw new Refusal("Unavailable");
      prepared.begin.run();
      try {
        const result = work();
        prepared.commit.run();
        return result;
      } catch (error) {
        // What was read inside it may never have been.
        recent.forgetAll();
        if (connection.isTransaction) prepared.rollback.run();
        throw error;
      }
    },
    close: () => connection.close(),
  };
}

export function factsOf(key: string, row: FactsRow): ObjectFacts {
  return {
    key,
    size: row.size,
    etag: row.etag,
    modified: row.modified,
    headers: JSON.parse(row.headers) as ObjectFacts["headers"],
    checksum: checksumOf(row.checksum),
    parts: row.parts ?? undefined,
  };
}

/** A checksum as one column: algorithm, type and value with spaces between. */
export function checksumColumn(checksum: Checksum | undefined): string | null {
  return checksum ? `${checksum.algorithm} ${checksum.type} ${checksum.value}` : null;
}

export function checksumOf(column: string | null): Checksum | undefined {
  if (column === null) return undefined;
  const [algorithm, type, value] = column.split(" ") as [Checksum["algorithm"], Checksum["type"], string];
  return { algorithm, type, value };
}
