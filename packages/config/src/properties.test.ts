import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { stringify } from "yaml";
import { initialConfigText } from "./index.ts";
import { AWS_MANAGED_POLICIES, loadFrom } from "./load-from.fixture.ts";
import { formatProblems } from "./problem.ts";
import { jsonSchema } from "./publish.ts";
import { configOf } from "./read.ts";
import { anySettings } from "./settings.fixture.ts";

const OPTIONS = { awsManagedPolicies: AWS_MANAGED_POLICIES };
/** This directory, as one that there is. */
const settings = anySettings(import.meta.dirname);

type Schema = ReturnType<typeof jsonSchema>;

/** `instances.*.metadata.tokens`: the ways to all keys of a JSON Schema. */
function keysOf(schema: Schema, above = ""): string[] {
  const properties = Object.entries(schema.properties ?? {}) as [string, Schema][];
  const own = properties.flatMap(([key, value]) => [`${above}${key}`, ...keysOf(value, `${above}${key}.`)]);
  const branches = [...(schema.anyOf ?? []), ...[schema.items ?? []].flat()] as Schema[];
  const named = [schema.additionalProperties || []].flat() as Schema[];
  const inner = named.flatMap((value) => keysOf(value, `${above}*.`));
  return [...own, ...branches.flatMap((branch) => keysOf(branch, above)), ...inner];
}

/** The ways to the keys of a value that are among `known`. */
function usedKeys(value: unknown, known: ReadonlySet<string>, above = ""): string[] {
  if (Array.isArray(value)) return value.flatMap((item) => usedKeys(item, known, above));
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => {
    const way = known.has(`${above}${key}`) ? `${above}${key}` : `${above}*`;
    return [way, ...usedKeys(inner, known, `${way}.`)];
  });
}

describe("any config that the schema allows", () => {
  test("loads, from YAML as from JSON, to the same", () => {
    fc.assert(
      fc.property(settings, (value) => {
        const [yaml, json] = [stringify(value), JSON.stringify(value)].map((text) => configOf(text, "c", OPTIONS));
        expect(formatProblems(yaml!.problems ?? [])).toBe("");
        expect(json).toEqual(yaml);
        expect(yaml!.config!.roles.map(({ name }) => name)).toEqual(Object.keys(value.roles as object));
        // Plain JSON: nothing is lost by writing it down.
        expect(JSON.parse(JSON.stringify(yaml!.config))).toEqual(yaml!.config);
      }),
      { numRuns: 100 },
    );
  });

  test("is generated with every key of the schema somewhere", () => {
    const known = new Set(keysOf(jsonSchema()));
    const used = fc.sample(settings, { numRuns: 200, seed: 1 }).flatMap((value) => usedKeys(value, known));
    expect([...known].filter((key) => !used.includes(key))).toEqual([]);
    expect(known.size).toBeGreaterThan(40);
  });
});

/** Every key stands on a line of its own; names have a hyphen, so that no key of the format is among them. */
const EVERY_KEY = stringify({
  version: 1,
  account: "111122223333",
  region: "us-east-1",
  rotation: { lifetime: "6h", renewEvery: "1h", overlap: "1m", jitter: "1m" },
  clock: { start: "2026-11-22T05:30:00Z", strict: true },
  roles: {
    "my-app": {
      trust: "ec2.amazonaws.com",
      path: "/",
      managedPolicies: ["arn:aws:iam::aws:policy/AdministratorAccess"],
      inlinePolicies: {},
      permissionsBoundary: "arn:aws:iam::aws:policy/AdministratorAccess",
      maxSessionDuration: "1h",
      tags: {},
    },
  },
  policies: {},
  users: {
    "my-user": {
      accessKeys: [{ id: "AKIAIOSFODNN7EXAMPLE", secret: "EXAMPLE" }],
      managedPolicies: [],
      inlinePolicies: {},
    },
  },
  instances: {
    "my-web": {
      role: "my-app",
      address: "169.254.10.2",
      metadata: { tokens: "required", hopLimit: 1, endpoint: "enabled", ipv6: "disabled", tags: "disabled" },
      tags: {},
      userData: "",
    },
    "my-api": { instanceProfile: "my-app" },
  },
  buckets: {
    "my-bucket": {
      objects: import.meta.dirname,
      publicAccessBlock: true,
      policy: '{"Statement":{"Effect":"Deny","Principal":"*","Action":"s3:*","Resource":"arn:aws:s3:::my-bucket/*"}}',
    },
  },
  s3: { endpoint: "http://minio:9000", accessKeyId: "a", secretAccessKey: "EXAMPLE" },
  faults: [
    { name: "imds.unreachable", when: "now", for: "1m", probability: 0.5, times: 1, seed: "s", parameters: {} },
    { preset: "mid-multipart", target: "all" },
  ].map((fault) => ({ ...fault, target: "all" })),
});

const KEY_LINES = EVERY_KEY.split("\n").flatMap((line, index) => {
  const found = /^([ -]*)([A-Za-z0-9]+):( |$)/.exec(line);
  return found
    ? [{ index, indent: found[1]!, key: found[2]!, rest: line.slice(found[0].length - found[3]!.length - 1) }]
    : [];
});
const ALL_KEYS = new Set(KEY_LINES.map(({ key }) => key)).add("backend");

/** One letter put in, left out, changed, or two swapped. */
const typo = fc.tuple(
  fc.constantFrom(...KEY_LINES),
  fc.nat(),
  fc.nat(3),
  fc.constantFrom(..."abcdefghijklmnopqrstuvwxyz"),
);

describe("a key with one typo", () => {
  test("the text without a typo loads and has every key", () => {
    expect(configOf(EVERY_KEY, "c", OPTIONS).problems).toBeUndefined();
    const known = keysOf(jsonSchema()).map((way) => way.split(".").at(-1)!);
    expect([...ALL_KEYS].sort()).toEqual([...new Set(known)].sort());
  });

  test("is told on its line, with the key that was meant", () => {
    fc.assert(
      fc.property(typo, ([{ index, indent, key, rest }, at, edit, letter]) => {
        const place = at % key.length;
        const [before, here, next] = [key.slice(0, place), key[place]!, key[place + 1] ?? ""];
        const after = key.slice(place + 1);
        const typed = [
          before + letter + here + after,
          before + after,
          before + letter + after,
          before + next + here + after.slice(1),
        ][edit]!;
        fc.pre(typed !== "" && !ALL_KEYS.has(typed));
        const lines = EVERY_KEY.split("\n").with(index, `${indent}${typed}${rest}`);
        const problems = configOf(lines.join("\n"), "c", OPTIONS).problems ?? [];
        const told = problems.filter(({ line }) => line === index + 1);
        expect(told).toContainEqual(
          expect.objectContaining({ column: indent.length + 1, message: `is not a key here; did you mean ${key}?` }),
        );
        expect(problems.filter(({ message }) => message.startsWith("is missing"))).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });
});

describe("whatever a file holds", () => {
  const hasOutcome = async (content: Uint8Array | string) => {
    const { loaded } = await loadFrom({ "rolemint.yaml": content });
    expect(loaded.config !== undefined || loaded.problems.length > 0).toBe(true);
  };

  test("random bytes give problems, never an error", async () => {
    await fc.assert(fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), hasOutcome), { numRuns: 100 });
  });

  test("random YAML punctuation gives problems, never an error", async () => {
    const mark = fc.constantFrom(
      ..."{}[]:,&*!|>'\"%@`#-? \n\t~=<",
      "version",
      "roles",
      "1",
      "- ",
      ": ",
      "\n  ",
      "!!str ",
    );
    const text = fc.array(mark, { maxLength: 60 }).map((marks) => marks.join(""));
    await fc.assert(fc.asyncProperty(text, hasOutcome), { numRuns: 150 });
  });

  test("a good text with a piece replaced gives a config or problems, never an error", async () => {
    const change = fc.tuple(fc.nat(), fc.nat(20), fc.string({ unit: "binary", maxLength: 8 }));
    const texts = fc.constantFrom(EVERY_KEY, initialConfigText());
    const changed = fc.tuple(texts, change).map(([text, [at, length, piece]]) => {
      const index = at % text.length;
      return text.slice(0, index) + piece + text.slice(index + length);
    });
    await fc.assert(fc.asyncProperty(changed, hasOutcome), { numRuns: 150 });
  });

  test.each(["[", "{a: ", "- ", "? ", "a:\n "])("%j many times over is told as a problem", async (piece) => {
    const { loaded } = await loadFrom({ "rolemint.yaml": piece.repeat(5000) });
    expect(loaded.problems).not.toEqual([]);
    expect(loaded.config).toBeUndefined();
  });
});
