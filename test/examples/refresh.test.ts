// The programs of examples/refresh, each run with its own test in its own language, from a copy that knows nothing of
// this repository but rolemint: the test passes for the program that is right, fails for the other one, and says why in
// the words that the pages quote.
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { delimiter, dirname, join, resolve } from "node:path";
import { expect, test } from "@jest/globals";
import { XMLValidator } from "fast-xml-parser";
import { pytest } from "../support/recipes.ts";
import { directory, ROLEMINT } from "../support/rolemint.ts";

const EXAMPLES = "examples/refresh";
const { AWS_EC2_METADATA_DISABLED: _, NODE_OPTIONS: __, ...ENVIRONMENT } = process.env;
const PATH = [dirname(process.execPath), ENVIRONMENT["PATH"], "/usr/local/go/bin"].join(delimiter);

interface Example {
  readonly folder: string;
  /** In the folders `broken` and `fixed`. */
  readonly program: string;
  readonly command: () => readonly [program: string, ...args: string[]];
  readonly isThere: boolean;
  /** Writes the results to the file that JUNIT names. */
  readonly writesJunit?: true;
  /** Puts what the language's package manager would put. */
  readonly install?: (copy: string) => void;
}

/** Jest, and the kit as it stands in its sources, which have to be said to be ES modules. */
function jest(): [string, ...string[]] {
  const config = { transform: {}, extensionsToTreatAsEsm: [".ts"] };
  const flags = ["--experimental-vm-modules", "--disable-warning=ExperimentalWarning"];
  return [process.execPath, ...flags, resolve("node_modules/jest/bin/jest.js"), "--config", JSON.stringify(config)];
}

function installNodePackages(copy: string): void {
  const kit = join(copy, "node_modules/@rolemint/jest");
  mkdirSync(kit, { recursive: true });
  symlinkSync(resolve("node_modules/@aws-sdk"), join(copy, "node_modules/@aws-sdk"));
  const source = (name: string) => JSON.stringify(resolve("packages/jest/src", name));
  const manifest = { name: "@rolemint/jest", type: "module", exports: { ".": "./index.js", "./jest": "./jest.js" } };
  writeFileSync(join(kit, "package.json"), JSON.stringify(manifest));
  writeFileSync(join(kit, "index.js"), `export * from ${source("index.ts")};\n`);
  writeFileSync(join(kit, "jest.js"), `import ${source("jest.ts")};\n`);
}

const HAS_GO = spawnSync("go", ["version"], { env: { ...ENVIRONMENT, PATH } }).status === 0;

const ALL: readonly Example[] = [
  { folder: "node-worker", program: "worker.js", command: jest, isThere: true, install: installNodePackages },
  {
    folder: "python-service",
    program: "service.py",
    command: () => [pytest()!, "-p", "no:cacheprovider"],
    isThere: pytest() !== undefined,
  },
  {
    folder: "go-service",
    program: "files.go",
    command: () => ["go", "test", "-count=1", "."],
    isThere: HAS_GO,
    writesJunit: true,
  },
];

function run({ folder, command, install }: Example, version: "broken" | "fixed") {
  const cwd = directory();
  cpSync(join(EXAMPLES, folder), cwd, { recursive: true });
  install?.(cwd);
  const [program, ...args] = command();
  const junit = join(cwd, "rolemint.xml");
  const env = { ...ENVIRONMENT, PATH, ROLEMINT, VERSION: version, JUNIT: junit, NO_COLOR: "1" };
  const { status, stdout, stderr } = spawnSync(program, args, {
    cwd,
    encoding: "utf8",
    env: { ...env, PYTHONDONTWRITEBYTECODE: "1" },
  });
  return { status, text: stdout + stderr, junit };
}

// Without Python, or without Go, skipped by name, and failed under REQUIRE_DOCKER=1.
for (const example of ALL) {
  const { folder, isThere, writesJunit } = example;
  const maybe = isThere ? test : test.skip;

  maybe(
    `${folder}: the test passes for the program that refreshes`,
    () => {
      const { status, text } = run(example, "fixed");
      expect(status === 0 ? "" : text).toBe("");
    },
    600_000,
  );

  maybe(
    `${folder}: the test finds the bug, and tells what happened`,
    () => {
      const { status, text, junit } = run(example, "broken");
      expect(status).toBe(1);
      expectToHold(text, quotedIn(folder, "text"));
      if (!writesJunit) return;
      const xml = readFileSync(junit, "utf8");
      expect(XMLValidator.validate(xml)).toBe(true);
      expectToHold(xml, quotedIn(folder, "xml"));
    },
    600_000,
  );
}

test.each(ALL)("$folder: the versions differ as its page says", ({ folder, program }) => {
  const [broken, fixed] = ["broken", "fixed"].map((version) => linesOf(join(EXAMPLES, folder, version, program)));
  const changes = [
    ...broken!.filter((line) => !fixed!.includes(line)).map((line) => `-${line}`),
    ...fixed!.filter((line) => !broken!.includes(line)).map((line) => `+${line}`),
  ];
  expect(changes.length).toBeLessThan(6);
  expect(quotedIn(folder, "diff").toSorted()).toEqual(changes.toSorted());
});

test("the page of all three says what theirs say, in their order", () => {
  const reasons = ALL.map(({ folder }) => quotedIn(folder, "text")[0]);
  const said = quotedIn(".", "text");
  expect(reasons).toEqual(said.map((reason) => expect.stringContaining(reason)));
});

/** Line by line; `…` stands for what is left out. */
function expectToHold(text: string, quoted: readonly string[]): void {
  const wanted = quoted.map(masked).filter((line) => line !== "…");
  expect(wanted.length).toBeGreaterThan(5);
  expect(masked(text).split("\n")).toEqual(expect.arrayContaining(wanted));
}

function linesOf(file: string): string[] {
  return readFileSync(file, "utf8").split("\n");
}

/** The lines of the example's page that stand in its block of that language. */
function quotedIn(folder: string, language: string): string[] {
  const page = readFileSync(join(EXAMPLES, folder, "README.md"), "utf8");
  const block = new RegExp(`^\`\`\`${language}\n([\\s\\S]*?)\n\`\`\`$`, "m").exec(page)?.[1] ?? "";
  return block.split("\n").filter((line) => line.trim() !== "");
}

/** Keys, ids and times differ from run to run, and with them the columns. */
function masked(text: string): string {
  return text
    .replace(/\bASIA[A-Z2-7]{16}\b/g, "ASIA…")
    .replace(/\bi-0[0-9a-f]{16}\b/g, "i-0…")
    .replace(/\b20\d\d-\d\d-\d\dT[\d:.]+Z?/g, "TIME")
    .replace(/(?<=^ *(?:>|&gt;)? *)\+(?:\d+(?:h|ms|m|s))+/gm, "+…")
    .replace(/(?<=\bends )\+\w+/g, "+…")
    .replace(/\b(time|hostname)="[^"]*"/g, '$1="…"')
    .replace(/ +/g, " ")
    .replace(/^ | $/gm, "");
}
