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
  readonly #statements = new Map<string, StatementSync>();

  constructor(store: Store, design: TableDesign<Row>) {
    this.#store = store;
    this.#design = design;
    const keys = Object.keys(design.key);
    const indexes = Object.keys(design.indexes ?? {});
    const columns = [...keys, ...indexes, "doc TEXT NOT NULL", `PRIMARY KEY (${keys.join(", ")})`];
    store.db.exec(`CREATE TABLE IF NOT EXISTS ${design.name} (${columns.join(", ")}) WITHOUT ROWID`);
    for (const index of indexes) {
      store.db.exec(`CREATE INDEX IF NOT EXISTS ${design.name}_${index} ON ${design.name} (${index})`);
    }
  }

  get(...key: SQLInputValue[]): Row | undefined {
    const row = this.#statement(`SELECT doc FROM ${this.#design.name} WHERE ${this.#where(key.length)}`).get(...key);
    return row && parse<Row>(row);
  }

  /** The rows whose key begins with `key`, in key order. */
  list(...key: SQLInputValue[]): Row[] {
    const where = key.length === 0 ? "" : `WHERE ${this.#where(key.length)}`;
    const order = Object.keys(this.#design.key).join(", ");
    return this.#all(`SELECT doc FROM ${this.#design.name} ${where} ORDER BY ${order}`, key);
  }

  /** The rows with this value in an indexed column. */
  find(column: string, value: SQLInputValue): Row[] {
    return this.#all(`SELECT doc FROM ${this.#design.name} WHERE ${column} = ?`, [value]);
  }

  count(...key: SQLInputValue[]): number {
    const where = key.length === 0 ? "" : `WHERE ${this.#where(key.length)}`;
    const row = this.#statement(`SELECT count(*) AS n FROM ${this.#design.name} ${where}`).get(...key);
    return (row as { n: number }).n;
  }

  put(row: Row): Row {
    const columns = { ...this.#design.key, ...this.#design.indexes };
    const values = Object.values(columns).map((column) => column(row));
    const marks = values.map(() => "?").join(", ");
    const insert = `INSERT OR REPLACE INTO ${this.#design.name} VALUES (${marks}, ?)`;
    this.#statement(insert).run(...values, JSON.stringify(row));
    this.#design.onChange?.(row);
    return row;
  }

  remove(row: Row): void {
    const key = Object.values(this.#design.key).map((column) => column(row));
    this.#statement(`DELETE FROM ${this.#design.name} WHERE ${this.#where(key.length)}`).run(...key);
    this.#design.onChange?.(row);
  }

  #all(sql: string, values: SQLInputValue[]): Row[] {
    return this.#statement(sql)
      .all(...values)
      .map((row) => parse<Row>(row));
  }

  #where(length: number): string {
    const columns = Object.keys(this.#design.key).slice(0, length);
    return columns.map((column) => `${column} = ?`).join(" AND ");
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
