// When each instance's next generation is due, and the number of its last one. Beside the instances' own rows, since
// every rotation writes here and finding what is due must not read a row of those that are not.
import type { DatabaseSync } from "node:sqlite";

export interface Due {
  readonly instanceId: string;
  /** World time; undefined for never. */
  readonly due: number | undefined;
  /** Number of the last generation issued, or 0. */
  readonly last: number;
}

export interface Dues {
  of(instanceId: string): Due;
  /** The first `limit` that are due by `now`, oldest first, and then by id: so that a slice writes few pages. */
  by(now: number, limit: number): Due[];
  /** The earliest of all, or undefined when none is planned. */
  first(): number | undefined;
  plan(due: Due): void;
  /** Moves all that are planned: the clock was shifted. */
  shift(by: number): void;
  clear(): void;
}

export function openDues(db: DatabaseSync): Dues {
  db.exec(
    "CREATE TABLE IF NOT EXISTS dues (instance TEXT PRIMARY KEY, due INTEGER, last INTEGER NOT NULL) WITHOUT ROWID",
  );
  db.exec("CREATE INDEX IF NOT EXISTS dues_due ON dues (due)");
  const one = db.prepare("SELECT * FROM dues WHERE instance = ?");
  const due = db.prepare("SELECT * FROM dues WHERE due <= ? ORDER BY due, instance LIMIT ?");
  const first = db.prepare("SELECT min(due) AS due FROM dues");
  const update = db.prepare("UPDATE dues SET due = ?, last = ? WHERE instance = ?");
  const insert = db.prepare("INSERT INTO dues (due, last, instance) VALUES (?, ?, ?)");
  const asDue = (row: unknown): Due => {
    const { instance, due, last } = row as { instance: string; due: number | null; last: number };
    return { instanceId: instance, due: due ?? undefined, last };
  };
  return {
    of(instanceId) {
      const row = one.get(instanceId);
      return row ? asDue(row) : { instanceId, due: undefined, last: 0 };
    },
    by: (now, limit) => due.all(now, limit).map(asDue),
    first: () => (first.get() as { due: number | null }).due ?? undefined,
    plan({ instanceId, due, last }) {
      const values = [due ?? null, last, instanceId];
      if (update.run(...values).changes === 0) insert.run(...values);
    },
    shift: (by) => void db.prepare("UPDATE dues SET due = due + ?").run(by),
    clear: () => db.exec("DELETE FROM dues"),
  };
}
