// The command line before anything runs: help, versions, wrong usage, and `init`.
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "@jest/globals";
import { directory, type Ended, rolemint, start } from "../support/rolemint.ts";

const COMMANDS = [
  ...["up", "env", "exec", "status", "apply", "init"],
  ...["rotate", "rotation", "expire", "revoke", "role", "clock", "fault"],
];
const SUBCOMMANDS = [
  ...["swap", "detach", "attach", "recreate"].map((name) => ["role", name]),
  ...["add", "ls", "rm", "preset"].map((name) => ["fault", name]),
];

/** One sentence on stderr, nothing on stdout, no stack. */
function refusedWith(code: number, { stdout, stderr, ...end }: Ended): string {
  expect({ code: end.code, stdout }).toEqual({ code, stdout: "" });
  expect(stderr).toMatch(/^[^\n]+\n$/);
  expect(stderr).not.toMatch(/^\s+at |error:|Error:|undefined|\[object/);
  return stderr.trim();
}

test("--version is the same for the program and for every command", async () => {
  const answers = await Promise.all(
    [[], ...COMMANDS.map((name) => [name])].map((args) => rolemint([...args, "--version"])),
  );
  for (const { code, stderr } of answers) expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  expect(new Set(answers.map(({ stdout }) => stdout)).size).toBe(1);
  expect(answers[0]!.stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
});

test("--help goes to stdout and has an example, for the program and for every command", async () => {
  const all = [[], ...COMMANDS.map((name) => [name]), ...SUBCOMMANDS];
  const answers = await Promise.all(all.map((args) => rolemint([...args, "--help"])));
  for (const { code, stdout, stderr } of answers) {
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toMatch(/\nExample:\n {2}\$ (?:eval "\$\()?(?:npx )?rolemint \w+/);
  }
  for (const { stdout } of answers.slice(1)) {
    for (const flag of ["--json", "--quiet", "--version", "--help"]) expect(stdout).toContain(flag);
  }
  expect(
    answers[0]!.stdout.split("\n").filter((line) => COMMANDS.some((name) => line.startsWith(`  ${name} `))),
  ).toHaveLength(COMMANDS.length);
});

test.concurrent.each([
  { args: [], says: /--help/ },
  { args: ["nonsense"], says: /nonsense.*--help/ },
  { args: ["statsu"], says: /statsu.*status/i },
  { args: ["rotat", "web"], says: /rotat.*rotate/ },
  { args: ["--json"], says: /--json/ },
  { args: ["up", "--nope"], says: /--nope.*up --help/ },
  { args: ["fault", "add"], says: /name.*`rolemint fault add --help`/ },
  { args: ["fault", "add", "imds.slow", "--nope"], says: /--nope.*`rolemint fault add --help`/ },
  { args: ["up", "surplus"], says: /surplus|argument/ },
  { args: ["up", "--config"], says: /--config/ },
  { args: ["up", "--ephemeral", "--state", "x"], says: /--ephemeral.*--state/ },
  ...["65536", "-1", "1.5", "http", "", "0x50", " 80"].map((port) => ({
    args: ["up", "--aws-port", port],
    says: /--aws-port.*0 to 65535/,
  })),
  { args: ["up", "--imds-port", "99999"], says: /--imds-port.*0 to 65535/ },
  { args: ["up", "--control-port", "99999"], says: /--control-port.*0 to 65535/ },
  { args: ["env", "web", "--operator"], says: /--operator/ },
  { args: ["env", "web", "other"], says: /argument/ },
  { args: ["env", "--shell", "tcsh"], says: /tcsh.*sh, fish(?:,| or) powershell|sh, fish, powershell.*tcsh/ },
  { args: ["env", "--shell", "constructor"], says: /constructor/ },
  { args: ["exec"], says: /instance/ },
  { args: ["exec", "web"], says: /command|run/ },
  { args: ["exec", "web", "--"], says: /command|run/ },
  { args: ["exec", "web", "--quiet", "--", "true"], says: /--quiet[^\n]* before /i },
  { args: ["apply", "a.yaml", "b.yaml"], says: /argument/ },
  { args: ["init", "web"], says: /compose/ },
  { args: ["init", "--compose", "compose.yaml"], says: /compose/ },
])("$args is wrong usage: exit 2 and one sentence", async ({ args, says }) => {
  expect(refusedWith(2, await rolemint(args))).toMatch(says);
});

test("a stack is printed with --debug only", async () => {
  const { stderr, code } = await rolemint(["status", "--debug"]);
  expect(code).toBe(3);
  expect(stderr).toMatch(/\n\s+at /);
});

test("init writes a commented config that works, and never writes over one", async () => {
  const cwd = directory();
  const made = await rolemint(["init"], { cwd });
  expect({ code: made.code, stderr: made.stderr }).toEqual({ code: 0, stderr: "" });
  expect(made.stdout).toContain("rolemint.yaml");
  const text = readFileSync(join(cwd, "rolemint.yaml"), "utf8");
  expect(text).toMatch(/^version: 1$/m);
  expect(text.split("\n").filter((line) => /^\s*#/.test(line)).length).toBeGreaterThan(5);

  writeFileSync(join(cwd, "rolemint.yaml"), `${text}# mine\n`);
  expect(refusedWith(2, await rolemint(["init"], { cwd }))).toMatch(/rolemint\.yaml.*--force/);
  expect(readFileSync(join(cwd, "rolemint.yaml"), "utf8")).toContain("# mine");
  const forced = await rolemint(["init", "--force", "--json"], { cwd });
  expect(JSON.parse(forced.stdout)).toEqual({ version: 1, files: ["rolemint.yaml"] });
  expect(readFileSync(join(cwd, "rolemint.yaml"), "utf8")).toBe(text);

  const running = await start({ cwd });
  const { Instances } = await running.control("ListInstances");
  expect(Instances).toMatchObject([{ Name: "web", Role: "app", Generation: 1 }]);
});

test("init says what keeps it from writing", async () => {
  const cwd = directory();
  mkdirSync(join(cwd, "rolemint.yaml"));
  expect(refusedWith(2, await rolemint(["init"], { cwd }))).toContain("rolemint.yaml");
  expect(refusedWith(3, await rolemint(["init", "--force"], { cwd }))).toMatch(/rolemint\.yaml.*director/);
  if (process.getuid?.() === 0) return;
  const closed = directory();
  chmodSync(closed, 0o500);
  refusedWith(3, await rolemint(["init"], { cwd: closed }));
  expect(existsSync(join(closed, "rolemint.yaml"))).toBe(false);
});

test("colours are kept off where NO_COLOR or a pipe says so", async () => {
  const running = await start();
  const place = (env: Record<string, string>) => ({ env });
  const args = ["status", "--ready", running.readyFile];
  const [plain, forced, none] = await Promise.all([
    rolemint(args),
    rolemint(args, place({ FORCE_COLOR: "1" })),
    rolemint(args, place({ FORCE_COLOR: "1", NO_COLOR: "1" })),
  ]);
  const ESCAPE = "\u001b[";
  expect(plain.stdout).not.toContain(ESCAPE);
  expect(forced.stdout).toContain(ESCAPE);
  expect(none.stdout).toBe(plain.stdout);
  expect(plain.stdout).toContain("web");
});
