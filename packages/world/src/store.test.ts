// The database of a state: one process at a time, and nothing that is not ours is touched.
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { expect, test } from "@jest/globals";
import { temporaryDirectory } from "../../../test/support/world.ts";
import { openStore, StateError } from "./store.ts";

const STORE = join(import.meta.dirname, "store.ts");

function refusal(open: () => unknown): StateError {
  try {
    open();
  } catch (error) {
    expect(error).toBeInstanceOf(StateError);
    return error as StateError;
  }
  throw new Error("it was opened");
}

/** Every file below a directory with its bytes. */
function contents(directory: string): Record<string, string> {
  const files = readdirSync(directory, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return Object.fromEntries(
    files.map(({ parentPath, name }) => [join(parentPath, name), readFileSync(join(parentPath, name), "base64")]),
  );
}

test("what was written is there again, and the directory is private", () => {
  const directory = join(temporaryDirectory(), "new", "state");
  const store = openStore(directory, 1);
  store.putSetting("a", "1");
  store.putSetting("a", "2");
  store.putSetting("b", "3");
  store.removeSetting("b");
  store.close();
  const again = openStore(directory, 1);
  expect([again.setting("a"), again.setting("b")]).toEqual(["2", undefined]);
  again.close();
  expect(statSync(directory).mode & 0o777).toBe(0o700);
  expect(statSync(join(directory, "world.db")).mode & 0o777).toBe(0o600);
  expect(readFileSync(join(directory, ".gitignore"), "utf8")).toBe("*\n");
});

test("opening and closing writes nothing", () => {
  const directory = temporaryDirectory();
  openStore(directory, 1).close();
  const before = contents(directory);
  openStore(directory, 1).close();
  expect(contents(directory)).toEqual(before);
});

test("a throw undoes the transaction, the ones inside it too", () => {
  const store = openStore("memory", 1);
  store.putSetting("a", "before");
  const work = () =>
    store.transaction(() => {
      store.putSetting("a", "outer");
      store.transaction(() => store.putSetting("b", "inner"));
      throw new Error("no");
    });
  expect(work).toThrow("no");
  expect([store.setting("a"), store.setting("b")]).toEqual(["before", undefined]);
  store.transaction(() => store.putSetting("a", "after"));
  expect(store.setting("a")).toBe("after");
  store.close();
});

test("a transaction that the database ended by itself gives its own error", () => {
  const store = openStore("memory", 1);
  const work = () =>
    store.transaction(() => {
      store.putSetting("a", "1");
      store.db.exec("ROLLBACK");
      throw new Error("the disk is full");
    });
  expect(work).toThrow("the disk is full");
  store.transaction(() => store.putSetting("a", "2"));
  expect(store.setting("a")).toBe("2");
  store.close();
});

test("a state that another process has is refused with its pid, and free again when that is killed", async () => {
  const directory = temporaryDirectory();
  const script = `
    import { openStore } from ${JSON.stringify(STORE)};
    const store = openStore(process.argv[1], process.pid);
    store.putSetting("whose", "the other's");
    console.log("open");
    setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ["--input-type=module-typescript", "-e", script, directory], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  await once(child.stdout, "data");
  const error = refusal(() => openStore(directory, 1));
  expect({ ...error, message: error.message }).toEqual({
    kind: "in-use",
    pid: child.pid,
    message: `${directory} is in use by pid ${child.pid}; choose another with --state`,
  });
  child.kill("SIGKILL");
  await once(child, "exit");
  const store = openStore(directory, 1);
  expect(store.setting("whose")).toBe("the other's");
  store.close();
});

test("a state that this process has is refused as well, and stays held", () => {
  const directory = temporaryDirectory();
  const store = openStore(directory, 4711);
  expect(refusal(() => openStore(directory, 4712))).toMatchObject({ kind: "in-use", pid: 4711 });
  const script = `import { openStore } from ${JSON.stringify(STORE)}; openStore(process.argv[1], 1);`;
  const other = spawnSync(process.execPath, ["--input-type=module-typescript", "-e", script, directory], {
    encoding: "utf8",
  });
  expect(other.stderr).toContain(`${directory} is in use by pid 4711`);
  store.close();
});

const FOREIGN: [what: string, make: (file: string) => void, why: RegExp][] = [
  ["text", (file) => writeFileSync(file, "dear diary\n".repeat(1000)), /not a database/],
  ["a few bytes", (file) => writeFileSync(file, "hello"), /not a database/],
  [
    "another program's database",
    (file) => database(file, "CREATE TABLE t (x); INSERT INTO t VALUES (1)"),
    /is not a rolemint state/,
  ],
  [
    "another program's database in WAL mode",
    (file) => database(file, "PRAGMA journal_mode = WAL; CREATE TABLE t (x); INSERT INTO t VALUES (1)"),
    /is not a rolemint state/,
  ],
  [
    "another application's empty database",
    (file) => database(file, "PRAGMA application_id = 7; PRAGMA user_version = 1"),
    /is not a rolemint state/,
  ],
  ["a later version's", later, /written by another version of rolemint \(schema 2, this one has 1\)/],
];

function database(file: string, sql: string): void {
  const db = new DatabaseSync(file);
  db.exec(sql);
  db.close();
}

function later(file: string): void {
  openStore(join(file, ".."), 1).close();
  database(file, "PRAGMA user_version = 2; CREATE TABLE of_the_future (x)");
}

test.each(FOREIGN)("%s is refused and left as it is", (_, make, why) => {
  const directory = temporaryDirectory();
  make(join(directory, "world.db"));
  const before = contents(directory);
  const error = refusal(() => openStore(directory, 1));
  expect(error.kind).toBe("unusable");
  expect(error.message).toMatch(why);
  expect(contents(directory)).toEqual(before);
});

test("a file of no bytes, as a crash at the very start leaves it, is a new state", () => {
  const directory = temporaryDirectory();
  writeFileSync(join(directory, "world.db"), "");
  const store = openStore(directory, 1);
  store.putSetting("a", "1");
  store.close();
});

test("a directory that cannot be made is a StateError", () => {
  const file = join(temporaryDirectory(), "locked");
  writeFileSync(file, "");
  expect(refusal(() => openStore(join(file, "busy"), 1)).kind).toBe("unusable");
});

test("a directory that may not be written to is a StateError, whether or not it holds a state", () => {
  const parent = temporaryDirectory();
  chmodSync(parent, 0o755);
  const [empty, used] = [join(parent, "empty"), join(parent, "used")];
  mkdirSync(empty);
  openStore(used, 1).close();
  chmodSync(join(used, "world.db"), 0o644);
  for (const directory of [empty, used]) chmodSync(directory, 0o555);
  // Root may write anywhere, so the process that tries is nobody.
  const script = `
    import { openStore } from ${JSON.stringify(STORE)};
    if (process.getuid() === 0) process.setuid(65534);
    for (const directory of process.argv.slice(1)) {
      try { openStore(directory, 1); console.log("opened"); } catch (error) { console.log(error.kind, error.message); }
    }`;
  const { stdout, stderr } = spawnSync(
    process.execPath,
    ["--input-type=module-typescript", "-e", script, empty, used],
    { encoding: "utf8" },
  );
  expect(stderr.replace(/^.*ExperimentalWarning.*\n.*\n/, "")).toBe("");
  expect(stdout.trim().split("\n")).toEqual([
    expect.stringMatching(/^unusable .*empty.*permission denied/),
    expect.stringMatching(/^unusable .*used.* cannot be used/),
  ]);
  for (const directory of [empty, used]) chmodSync(directory, 0o755);
  expect(existsSync(join(empty, "world.db"))).toBe(false);
});
