// A state that is not ours, or is broken, is refused in a sentence and left as it was, never made anew.
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { CreateUserCommand, ListUsersCommand } from "@aws-sdk/client-iam";
import { expect, test } from "@jest/globals";
import { clients, refusal } from "../support/aws-clients.ts";
import { ANY_PORTS, contentOf, directory, rolemint, start } from "../support/rolemint.ts";

const up = (cwd: string, ...args: string[]) => rolemint(["up", ...ANY_PORTS, ...args], { cwd });

const SQLITE_OF_OTHERS = Buffer.from("U1FMaXRlIGZvcm1hdCAzAA==", "base64");

interface Broken {
  readonly name: string;
  /** Makes the state directory, and gives its path relative to `cwd`. */
  make(cwd: string): string;
}

function brokenFile(name: string, file: string, bytes: string | Buffer): Broken {
  return {
    name,
    make(cwd) {
      mkdirSync(join(cwd, "state"));
      writeFileSync(join(cwd, "state", file), bytes);
      return "state";
    },
  };
}

const BROKEN: readonly Broken[] = [
  brokenFile(
    "a world.db that is text",
    "world.db",
    "I am not a database, and long enough to be looked at.\n".repeat(40),
  ),
  brokenFile(
    "a world.db that begins like one and goes on otherwise",
    "world.db",
    Buffer.concat([SQLITE_OF_OTHERS, Buffer.alloc(8000, 7)]),
  ),
  brokenFile("a project's own files", "package.json", "{}"),
  {
    name: "a file instead of a directory",
    make(cwd) {
      writeFileSync(join(cwd, "state"), "mine");
      return "state";
    },
  },
  {
    name: "a path below a file",
    make(cwd) {
      writeFileSync(join(cwd, "file"), "mine");
      return "file/state";
    },
  },
  {
    name: "world.db is a directory",
    make(cwd) {
      mkdirSync(join(cwd, "state", "world.db"), { recursive: true });
      return "state";
    },
  },
  {
    name: "a link that leads nowhere",
    make(cwd) {
      symlinkSync(join(cwd, "nowhere", "else"), join(cwd, "state"));
      return "state";
    },
  },
];

test.each(BROKEN)("a broken state is refused and left as it is: $name", async ({ make }) => {
  const cwd = directory();
  const state = make(cwd);
  const before = contentOf(cwd);
  const { code, stdout, stderr } = await up(cwd, "--state", state);
  expect({ code, stdout }).toEqual({ code: 3, stdout: "" });
  expect(stderr).toMatch(/^[^\n]+\n$/);
  expect(stderr).toContain(state.split("/")[0]);
  expect(stderr).not.toMatch(/undefined|Error:|E[A-Z]{4,}/);
  expect(contentOf(cwd)).toEqual(before);
});

test("databases that were overwritten with garbage are refused, not made anew", async () => {
  const state = join(directory(), "state");
  const first = await start({ state });
  await first.stop();
  const databases = Object.keys(contentOf(state)).filter((file) => /\.(?:db|sqlite)$/.test(file));
  expect(databases).toHaveLength(3);
  const garbage = Buffer.alloc(40_000, "garbage ");
  for (const file of databases) {
    const good = readFileSync(file);
    writeFileSync(file, garbage);
    const { code, stdout, stderr } = await up(first.cwd, "--state", state);
    expect({ file, code, stdout }).toEqual({ file, code: 3, stdout: "" });
    expect(stderr).toMatch(/^[^\n]+\n$/);
    expect(readFileSync(file).equals(garbage)).toBe(true);
    writeFileSync(file, good);
  }
  const again = await start({ cwd: first.cwd, state });
  expect(again.ready().operator.accessKeyId).toMatch(/^AKIA/);
});

test("a state written by a later version, or by another program, is refused", async () => {
  const state = join(directory(), "state");
  const first = await start({ state });
  await first.stop();
  const edit = (pragma: string) => {
    const db = new DatabaseSync(join(state, "world.db"));
    db.exec(pragma);
    db.close();
  };
  edit("PRAGMA user_version = 99");
  const later = await up(first.cwd, "--state", state);
  expect(later).toMatchObject({ code: 3, stdout: "" });
  expect(later.stderr).toMatch(/^[^\n]*version[^\n]*\n$/);
  edit("PRAGMA user_version = 1; PRAGMA application_id = 1");
  const other = await up(first.cwd, "--state", state);
  expect(other).toMatchObject({ code: 3, stdout: "" });
});

test("a timeline that cannot be written to does not hold calls up, and their refusals stay what they are", async () => {
  const state = join(directory(), "state");
  const running = await start({ state });
  const { iam } = clients(running.ready());
  const timeline = new DatabaseSync(join(state, "events.db"));
  timeline.exec("BEGIN IMMEDIATE");
  await iam.send(new CreateUserCommand({ UserName: "made" }));
  expect(await refusal(iam.send(new CreateUserCommand({ UserName: "made" })))).toMatchObject({
    name: expect.stringContaining("EntityAlreadyExists"),
  });
  timeline.exec("ROLLBACK");
  timeline.close();
  expect((await iam.send(new ListUsersCommand({}))).Users).toMatchObject([{ UserName: "made" }]);
});
