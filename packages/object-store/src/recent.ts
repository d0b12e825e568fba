// Objects that were read lately, with small bodies, so that the database is seldom asked for what is read repeatedly.
// Right as long as whoever writes an object forgets it here; the database is this process's alone.
import type { ObjectRow } from "./database.ts";

export interface Recent {
  get(bucket: string, key: string): ObjectRow | undefined;
  keep(bucket: string, key: string, row: ObjectRow): void;
  forget(bucket: string, key: string): void;
  forgetAll(): void;
}

const MAX_BYTES = 1024 * 1024;
const MAX_ROW_BYTES = 16 * 1024;
/** About what a row takes besides its texts and body. */
const ROW_BYTES = 500;

export function openRecent(): Recent {
  const rows = new Map<string, ObjectRow>();
  let total = 0;
  /** No bucket's name has a slash. */
  const nameOf = (bucket: string, key: string) => `${bucket}/${key}`;

  function forget(name: string): void {
    const row = rows.get(name);
    if (!row) return;
    rows.delete(name);
    total -= costOf(name, row);
  }

  return {
    get: (bucket, key) => rows.get(nameOf(bucket, key)),
    keep(bucket, key, row) {
      const name = nameOf(bucket, key);
      const cost = costOf(name, row);
      if (cost > MAX_ROW_BYTES) return;
      forget(name);
      rows.set(name, row);
      total += cost;
      // A Map goes in the order in which rows came: the one kept first goes first, however often it was read since.
      for (const oldest of rows.keys()) {
        if (total <= MAX_BYTES) break;
        forget(oldest);
      }
    },
    forget: (bucket, key) => forget(nameOf(bucket, key)),
    forgetAll() {
      rows.clear();
      total = 0;
    },
  };
}

function costOf(name: string, row: ObjectRow): number {
  return ROW_BYTES + 2 * name.length + 2 * row.headers.length + (row.bytes?.length ?? 0);
}
