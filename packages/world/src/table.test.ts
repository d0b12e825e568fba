// Typed rows in the database: found by key and by column, never shared, every write reported.
import { expect, test } from "@jest/globals";
import { openStore } from "./store.ts";
import { Table } from "./table.ts";

interface Fruit {
  readonly shop: string;
  readonly name: string;
  readonly number: number;
  readonly colour?: string | undefined;
}

function openFruit() {
  const changed: string[] = [];
  const store = openStore("memory", 1);
  const table = new Table<Fruit>(store, {
    name: "fruit",
    key: { shop: (row) => row.shop, number: (row) => row.number },
    indexes: { colour: (row) => row.colour ?? null },
    onChange: (row) => changed.push(row.name),
  });
  return { store, table, changed };
}

const apple = { shop: "a", number: 2, name: "apple", colour: "red" };
const plum = { shop: "a", number: 10, name: "plum", colour: "blue" };
const cherry = { shop: "b", number: 1, name: "cherry", colour: "red" };

test("rows are found by their key, in key order by the beginning of it, and by an indexed column", () => {
  const { table } = openFruit();
  for (const row of [plum, cherry, apple]) expect(table.put(row)).toBe(row);
  expect(table.get("a", 10)).toEqual(plum);
  expect(table.get("a", "10")).toBeUndefined();
  expect(table.get("c", 1)).toBeUndefined();
  expect(table.list()).toEqual([apple, plum, cherry]);
  expect(table.list("a")).toEqual([apple, plum]);
  expect(table.find("colour", "red")).toHaveLength(2);
  expect([table.count(), table.count("a"), table.count("c")]).toEqual([3, 2, 0]);
});

test("a put of the same key takes the place of the row, in its columns too", () => {
  const { table } = openFruit();
  table.put(apple);
  table.put({ ...apple, colour: undefined });
  expect(table.list()).toEqual([{ shop: "a", number: 2, name: "apple" }]);
  expect(table.find("colour", "red")).toEqual([]);
});

test("a row in hand is its holder's own", () => {
  const { table } = openFruit();
  table.put(apple);
  const row = table.get("a", 2) as { name: string };
  row.name = "changed";
  expect(table.get("a", 2)).toEqual(apple);
});

test("every write is reported, of a removed row too", () => {
  const { table, changed } = openFruit();
  table.put(apple);
  table.put(cherry);
  table.remove(apple);
  expect(changed).toEqual(["apple", "cherry", "apple"]);
  expect(table.list()).toEqual([cherry]);
});

test("a table that is there already keeps its rows", () => {
  const { store, table } = openFruit();
  table.put(apple);
  const again = new Table<Fruit>(store, {
    name: "fruit",
    key: { shop: (row) => row.shop, number: (row) => row.number },
    indexes: { colour: () => null },
  });
  expect(again.list()).toEqual([apple]);
});
