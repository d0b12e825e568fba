// The architecture as a test: who may import whom, what is banned where, and how large things may grow.
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { builtinModules } from "node:module";
import { expect, test } from "@jest/globals";

/** What a folder may import of ours (`package` or `package/file`, types included) and of npm. */
interface Rule {
  readonly ours: readonly string[];
  readonly npm: readonly string[];
  /** Node modules; `*` for all. */
  readonly node: readonly string[];
}

const RULES: Readonly<Record<string, Rule>> = {
  "packages/host": { ours: [], npm: ["node-cron", "pino"], node: ["*"] },
  "packages/wire": { ours: [], npm: ["fast-xml-parser"], node: [] },
  "packages/policy": { ours: [], npm: [], node: [] },
  "packages/sigv4": { ours: ["wire/http"], npm: [], node: ["crypto"] },
  "packages/authority": { ours: ["wire", "host"], npm: [], node: ["crypto", "http", "net"] },
  "packages/faults": { ours: ["authority", "host/clock", "host/duration"], npm: [], node: ["crypto", "vm"] },
  "packages/caller": { ours: ["authority", "policy", "sigv4"], npm: [], node: [] },
  "packages/world": {
    ours: ["authority", "faults", "host", "policy", "sigv4/key"],
    npm: [],
    node: ["crypto", "fs", "path", "sqlite"],
  },
  "packages/object-store": {
    ours: ["host"],
    npm: [],
    node: ["crypto", "fs", "fs/promises", "path", "sqlite", "zlib"],
  },
  "packages/config": { ours: ["host", "policy", "world"], npm: ["yaml", "zod"], node: ["crypto", "fs", "path"] },
  "packages/expectations": { ours: ["host/duration"], npm: [], node: [] },
  "packages/simulator": {
    ours: [
      "authority",
      "caller",
      "config",
      "control-plane",
      "faults",
      "host",
      "imds",
      "object-store",
      "s3-authorizer",
      "world",
    ],
    npm: [],
    node: ["fs", "http", "path"],
  },
  "packages/containers": {
    ours: [
      "authority",
      "caller",
      "config",
      "control-plane",
      "faults",
      "host",
      "imds",
      "s3-authorizer",
      "simulator",
      "world",
    ],
    npm: [],
    node: ["child_process", "fs", "http", "net", "os", "path"],
  },
  "packages/jest": {
    ours: ["config", "expectations", "host", "simulator", "world"],
    npm: ["@jest/globals", "vitest", "yaml"],
    node: ["assert", "crypto", "fs", "module", "os", "path", "timers", "worker_threads"],
  },
  "packages/testcontainers": {
    ours: ["expectations", "host", "sigv4"],
    npm: ["dockerode", "testcontainers", "yaml"],
    node: ["buffer", "fs", "http", "net", "path", "readline", "timers", "timers/promises"],
  },
  "packages/cli": {
    ours: [
      "authority/remote-protocol",
      "config",
      "containers",
      "expectations",
      "host",
      "policy/instant",
      "policy/revoking",
      "sigv4",
      "simulator",
      "wire/xml",
      "world",
    ],
    npm: ["cli-table3", "commander", "picocolors", "yaml"],
    node: ["*"],
  },
  "services/control-plane": {
    ours: ["authority", "caller", "faults", "host", "policy", "sigv4", "wire", "world"],
    npm: ["express"],
    node: ["crypto"],
  },
  "services/imds": {
    ours: ["authority", "faults", "host", "wire/http"],
    npm: ["koffi"],
    node: ["crypto", "http", "net"],
  },
  "services/s3-authorizer": {
    ours: ["authority", "caller", "faults", "host", "object-store", "policy", "sigv4", "wire"],
    npm: [],
    node: ["crypto", "http", "https", "net", "stream"],
  },
};

/** Not here: time, randomness and the process are handed in. `host`, the command line and the kits may use them. */
const BANNED = /\bprocess\.env\b|\bDate\.now\b|\bnew Date\(\)|\bMath\.random\b|\brandomUUID\b|\bsetInterval\b/;
const MAY_USE_ANYTHING = /^(?:packages\/(?:host|cli|jest|testcontainers)|test|examples|scripts)\//;

const MAX_FILE_LINES = 300;
const MAX_FUNCTION_LINES = 70;
const MAX_COLUMNS = 120;
const VAGUE = /(?:^|\/)(?:utils?|helpers?|common|misc|manager|shared)(?:\/|\.[a-z]+$)/i;

const tracked = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard"], { encoding: "utf8" })
  .split("\n")
  .filter((file) => file !== "" && existsSync(file));
const sources = tracked.filter((file) => /\.(?:ts|mjs|js)$/.test(file));
const textOf = (file: string) => readFileSync(file, "utf8");

test.each(Object.entries(RULES))("%s imports only what the table allows", (folder, rule) => {
  const files = sources.filter((file) => file.startsWith(`${folder}/src/`) && !isTest(file));
  expect(files).not.toHaveLength(0);
  const strangers = files.flatMap((file) =>
    importsOf(textOf(file))
      .filter((name) => !isAllowed(name, folder, rule))
      .map((name) => `${file} imports ${name}`),
  );
  expect(strangers).toEqual([]);
});

test("every package has a rule", () => {
  const folders = new Set(sources.map((file) => /^(?:packages|services)\/[^/]+/.exec(file)?.[0]).filter(Boolean));
  expect([...folders].sort()).toEqual(Object.keys(RULES).sort());
});

test("only host and the command line touch the process, the clock and chance", () => {
  const found = sources
    .filter((file) => /\.ts$/.test(file) && !MAY_USE_ANYTHING.test(file) && !isTest(file))
    .filter((file) => BANNED.test(withoutComments(textOf(file))));
  expect(found).toEqual([]);
});

test("files, functions and lines keep to their sizes", () => {
  const oversized = sources.filter((file) => !isTest(file)).flatMap(sizeProblems);
  expect(oversized).toEqual([]);
});

test("each source file opens with a comment that says what it is", () => {
  const bare = sources
    .filter((file) => /^(?:packages|services)\/.*\.ts$/.test(file) && !isTest(file))
    .filter((file) => !/^(?:\/\/|\/\*)/.test(textOf(file)) && !/\/control\/[A-Z]\w+\.ts$/.test(file));
  expect(bare).toEqual([]);
});

test("no name that tells nothing", () => {
  expect(tracked.filter((file) => VAGUE.test(file))).toEqual([]);
});

test("no key material but examples", () => {
  const found = tracked
    .filter((file) => /\.(?:ts|mjs|js|json|md|yaml|yml|txt|py|go)$/.test(file) && file !== "package-lock.json")
    .filter((file) => /\b(?:AKIA|ASIA)[A-Z2-7]{16}\b/.test(textOf(file).replace(/[A-Z2-7]*EXAMPLE\b/g, "")));
  expect(found).toEqual([]);
});

function isTest(file: string): boolean {
  return (
    /\.(?:test|fixture)\.ts$/.test(file) || /^test\//.test(file) || /\/(?:contract|testing)(?:\/|\.ts$)/.test(file)
  );
}

function importsOf(text: string): string[] {
  const found = [...text.matchAll(/(?:^|\n)\s*(?:import|export)\b[^;'"]*?from\s+"([^"]+)"/g)].map((match) => match[1]!);
  const bare = [...text.matchAll(/(?:^|\n)\s*import\s+"([^"]+)"/g)].map((match) => match[1]!);
  const dynamic = [...text.matchAll(/\bimport\(\s*"([^"]+)"\s*\)/g)].map((match) => match[1]!);
  return [...found, ...bare, ...dynamic];
}

function isAllowed(name: string, folder: string, rule: Rule): boolean {
  if (name.startsWith("./") || name.startsWith("../")) return true;
  if (name.startsWith("@rolemint/")) {
    const own = name.slice("@rolemint/".length);
    return (
      rule.ours.some((allowed) => own === allowed || own.startsWith(`${allowed}/`)) || own === folder.split("/")[1]
    );
  }
  if (name.startsWith("node:")) return rule.node.includes("*") || rule.node.includes(name.slice(5));
  return !builtinModules.includes(name) && rule.npm.includes(name);
}

function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, "").replace(/(^|\s)\/\/[^\n]*/g, "$1");
}

function sizeProblems(file: string): string[] {
  const lines = textOf(file).split("\n");
  const problems: string[] = [];
  if (lines.length > MAX_FILE_LINES + 1 && largestTable(lines) < lines.length / 2)
    problems.push(`${file} has ${lines.length} lines`);
  lines.forEach((line, index) => {
    const isText = /^\s*(?:"|'|`|text:|const text = |\/\/ https|\* https)/.test(line) || /https?:\/\//.test(line);
    if (line.length > MAX_COLUMNS && !isText && !/["'`].{60,}["'`]/.test(line)) {
      problems.push(`${file}:${index + 1} has ${line.length} columns`);
    }
  });
  for (const { name, length } of functionsOf(lines)) {
    if (length > MAX_FUNCTION_LINES) problems.push(`${file}: ${name} has ${length} lines`);
  }
  return problems;
}

/** Lines of the longest top-level table: a literal that `satisfies` a type. */
function largestTable(lines: readonly string[]): number {
  let start = 0;
  let largest = 0;
  lines.forEach((line, index) => {
    if (/^(?:export )?const \w+ = [{[]$/.test(line)) start = index;
    if (/^[}\]](?: as const)? satisfies /.test(line)) largest = Math.max(largest, index - start + 1);
  });
  return largest;
}

/** Top-level functions, by their first line and the closing brace in the first column. */
function functionsOf(lines: readonly string[]): { name: string; length: number }[] {
  const found: { name: string; length: number }[] = [];
  let start: { name: string; line: number } | undefined;
  lines.forEach((line, index) => {
    const name = /^(?:export )?(?:async )?function\*? (\w+)/.exec(line)?.[1];
    if (name !== undefined) start = { name, line: index };
    if (start && line === "}") {
      found.push({ name: start.name, length: index - start.line + 1 });
      start = undefined;
    }
  });
  return found;
}

test.each([
  ["types", "node_modules/.bin/tsc", ["-p", "."]],
  ["lint", "node_modules/.bin/biome", ["check", "--error-on-warnings"]],
])(
  "%s are clean",
  (_, program, args) => {
    const { status, stdout, stderr } = spawnSync(program, args, { encoding: "utf8" });
    expect(status === 0 ? "" : `${stdout}${stderr}`).toBe("");
  },
  120_000,
);

test("an import of types only says so, since Node would load the module for an empty one", () => {
  const empty = sources.filter((file) =>
    /^(?:import|export) \{(?:\s*type \w+(?: as \w+)?,?)+\s*\} from/m.test(textOf(file)),
  );
  expect(empty).toEqual([]);
});
