// A table of typed rows: each row is kept whole as JSON beside the columns it is found by. Reads parse anew, so a row
// in hand is never shared; a change is a `put` of the changed copy.
import type { SQLInputValue, StatementSync } from "node:sqlite";
import type { Store } from "./store.ts";

type Column<Row> = (row: Row) => string | number | null;

export interface TableDesign<Row> {
  readonly name: string;
  /** The columns of the primary key, in order. */
  readonly key: Readonly<Record<string, Column<Row>>>;
  /** Further columns to find rows by. */
  readonly indexes?: Readonly<Record<string, Column<Row>>>;
  /** Told of every row written or removed, inside the transaction. */
  onChange?(row: Row): void;
}

export class Table<Row extends object> {
  readonly #store: Store;
  readonly #design: TableDesign<Row>;
  readonly #keyNames: readonly string[];
  readonly #keys: readonly Column<Row>[];
  readonly #columns: readonly Column<Row>[];
  readonly #get: StatementSync;
  readonly #insert: StatementSync;
  readonly #statements = new Map<string, StatementSync>();

  constructor(store: Store, design: TableDesign<Row>) {
    const { name, key, indexes = {} } = design;
    this.#store = store;
    this.#design = design;
    this.#keyNames = Object.keys(key);
    this.#keys = Object.values(key);
    this.#columns = [...this.#keys, ...Object.values(indexes)];
    const columns = [...this.#keyNames, ...Object.keys(indexes), "doc TEXT NOT NULL"];
    const primary = `PRIMARY KEY (${this.#keyNames.join(", ")})`;
    // Not WITHOUT ROWID: SQLite keeps such rows whole only up to a quarter page, and ours are often larger.
    store.db.exec(`CREATE TABLE IF NOT EXISTS ${name} (${columns.join(", ")}, ${primary})`);
    for (const index of Object.keys(indexes)) {
      store.db.exec(`CREATE INDEX IF NOT EXISTS ${name}_${index} ON ${name} (${index})`);
    }
    const conditions = this.#keyNames.map((column) => `${column} = ?`).join(" AND ");
    this.#get = store.db.prepare(`SELECT doc FROM ${name} WHERE ${conditions}`);
    this.#insert = store.db.prepare(`INSERT OR REPLACE INTO ${name} VALUES (${columns.map(() => "?").join(", ")})`);
  }

  get(...key: SQLInputValue[]): Row | undefined {
    const row = this.#get.get(...key);
    return row && parse<Row>(row);
  }

  /** The rows whose key begins with `key`, in key order. */
  list(...key: SQLInputValue[]): Row[] {
    return this.#select("SELECT doc FROM", key.length, `ORDER BY ${this.#keyNames.join(", ")}`)
      .all(...key)
      .map((row) => parse<Row>(row));
  }

  /** The rows with this value in an indexed column. */
  find(column: string, value: SQLInputValue): Row[] {
    return this.#statement(`SELECT doc FROM ${this.#design.name} WHERE ${column} = ?`)
      .all(value)
      .map((row) => parse<Row>(row));
  }

  count(...key: SQLInputValue[]): number {
    return (this.#select("SELECT count(*) AS n FROM", key.length).get(...key) as { n: number }).n;
  }

  put(row: Row): Row {
    this.#insert.run(...this.#columns.map((column) => column(row)), JSON.stringify(row));
    this.#design.onChange?.(row);
    return row;
  }

  remove(row: Row): void {
    this.#select("DELETE FROM", this.#keys.length).run(...this.#keys.map((column) => column(row)));
    this.#design.onChange?.(row);
  }

  /** The statement over the rows whose key begins with so many given values. */
  #select(verb: string, length: number, order = ""): StatementSync {
    const conditions = this.#keyNames.slice(0, length).map((column) => `${column} = ?`);
    const where = length === 0 ? "" : `WHERE ${conditions.join(" AND ")}`;
    return this.#statement(`${verb} ${this.#design.name} ${where} ${order}`);
  }

  #statement(sql: string): StatementSync {
    let statement = this.#statements.get(sql);
    if (!statement) {
      statement = this.#store.db.prepare(sql);
      this.#statements.set(sql, statement);
    }
    return statement;
  }
}

function parse<Row>(row: Record<string, unknown>): Row {
  return JSON.parse(row.doc as string) as Row;
}
