// The figures of docs/sdk-matrix.md from a recorded life, and that the page fits the clients and presets there are.
import { existsSync, readFileSync } from "node:fs";
import { expect, test } from "@jest/globals";
import { presets } from "@rolemint/world";
import { CLIENTS } from "../clients/clients.ts";
import { errorIn, evaluate } from "./evaluate.ts";
import { duration, FILE } from "./page.ts";
import { NOTHING, PLANS } from "./plan.ts";
import type { MatrixEvent, Observation, Step } from "./watched.ts";

const START = Date.parse("2026-11-23T06:00:00Z");
const MINUTE = 60_000;
const at = (minutes: number) => new Date(START + minutes * MINUTE).toISOString();
const metadata = (minutes: number, more: Partial<MatrixEvent> = {}): MatrixEvent => ({
  Time: at(minutes),
  Kind: "metadata",
  Status: 200,
  ...more,
});
const issue = (minutes: number, Generation: number, lives: number): MatrixEvent => ({
  Time: at(minutes),
  Kind: "issue",
  Generation,
  Expiration: at(minutes + lives),
});
const step = (minutes: number, isOk: boolean, text = ""): Step => ({
  fromMs: START + minutes * MINUTE,
  toMs: START + (minutes + 1) * MINUTE,
  isOk,
  text,
});
const life = (more: Partial<Observation>): Observation => ({
  startMs: START,
  endMs: START + 120 * MINUTE,
  watchedMs: 120 * MINUTE,
  incidentMs: undefined,
  steps: [],
  events: [],
  ...more,
});

test("a refresh is a fetch of keys that it had not yet, told by what was left of those that it had", () => {
  const events = [
    issue(0, 1, 60),
    metadata(1),
    metadata(1, { Generation: 1 }),
    metadata(20, { Generation: 1 }),
    issue(30, 2, 60),
    metadata(45, { Generation: 2 }),
    issue(60, 3, 60),
    metadata(92, { Generation: 3, Status: 500 }),
    metadata(95, { Generation: 3 }),
  ];
  const { leftMs, refreshes, requestsAnHour } = evaluate(life({ events }));
  expect({ leftMs, refreshes, requestsAnHour }).toEqual({ leftMs: -5 * MINUTE, refreshes: 2, requestsAnHour: 3 });
});

test.each([
  ["never hurt", [step(0, true), step(5, true)], 0, { is: "unhurt" }],
  [
    "well again, and once more hurt",
    [step(0, true), step(5, false), step(10, true), step(15, false), step(20, true), step(25, true)],
    2,
    { is: "recovered", afterMs: 15 * MINUTE },
  ],
  ["failing at the end", [step(0, true), step(5, true), step(10, false)], 1, { is: "failing" }],
  ["waiting at the end, which is no answer", [step(0, true), { fromMs: START + 5 * MINUTE }], 1, { is: "failing" }],
])("%s", (_, steps, failed, outcome) => {
  expect(evaluate(life({ steps }))).toMatchObject({ calls: steps.length, failed, outcome });
});

test.each([
  ["ClientError: An error occurred (ExpiredToken) when calling ListObjectsV2", "ExpiredToken"],
  ["CredentialsProviderError: Could not load credentials from any providers", "CredentialsProviderError"],
  ["NoCredentialsError: Unable to locate credentials", "no credentials"],
  ["ls: reading directory '/mnt': Operation not permitted", "Operation not permitted"],
  ["something else\nand more", "something else"],
])("%s", (text, code) => {
  expect(errorIn(text)).toBe(code);
});

test.each([
  [45_000, "45 s"],
  [-5 * MINUTE, "-5 min"],
  [5.75 * 60 * MINUTE, "5.8 h"],
])("%s ms", (ms, text) => {
  expect(duration(ms)).toBe(text);
});

test("every preset is played, and nothing else", () => {
  const played = Object.values(PLANS).flatMap(({ preset }) => preset ?? []);
  expect(new Set(played)).toEqual(new Set(presets().map(([name]) => name)));
});

test(`${FILE} has a section for every preset with a row for every client; \`make matrix\` writes it`, () => {
  expect(existsSync(FILE)).toBe(true);
  const sections = new Map(
    readFileSync(FILE, "utf8")
      .split(/^## /m)
      .slice(1)
      .map((text) => [text.split("\n")[0]!, text]),
  );
  for (const name of Object.keys(PLANS)) {
    const section = sections.get(name === NOTHING ? "Nothing happens" : name) ?? "";
    const rows = section.split("\n").filter((line) => /^\| (?!client \|)/.test(line));
    expect({ name, rows: rows.length }).toEqual({ name, rows: CLIENTS.length });
  }
});
