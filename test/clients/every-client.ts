// `make clients`: the tests of all clients, the cases that are known of them, and docs/clients.md with what was found.
import { writeFileSync } from "node:fs";
import { expect, test } from "@jest/globals";
import { describeDocker } from "../support/compose.ts";
import { buildImages, ROUTER } from "../support/docker/images.ts";
import { BENCH_INSTANCES, BENCH_ROLES, benchOf } from "./bench.ts";
import { CASES, type Case } from "./cases.ts";
import { CLIENTS, type Client } from "./clients.ts";
import { describeClients } from "./describe-clients.ts";
import type { Findings } from "./examine.ts";
import type { Lab } from "./lab.ts";
import { pageOf } from "./page.ts";

const FILE = "docs/clients.md";
const LIMIT_MS = 240_000;

let lab: Lab;
const found = new Map<Client, Findings>();
const outcomes = new Map<Case, string>();

describeDocker("real clients in containers", () =>
  describeClients(CLIENTS, {
    more: { roles: BENCH_ROLES, instances: BENCH_INSTANCES },
    lab: (started) => {
      lab = started;
    },
    found: (client, findings) => found.set(client, findings),
  }),
);

const runnable = CASES.flatMap((one) => (typeof one.run === "string" ? [] : [{ ...one, one, run: one.run }]));

describeDocker("the cases known of clients", () => {
  test("there is a way to stand one hop away", () => {
    buildImages(process.env, [ROUTER]);
  }, 120_000);

  test.each(runnable)(
    "$id $client: $state",
    async ({ one, run, found: expected }) => {
      const bench = benchOf(lab);
      try {
        const outcome = await run(bench);
        outcomes.set(one, outcome);
        expect(outcome).toMatch(expected!);
      } finally {
        bench.clear();
      }
    },
    LIMIT_MS,
  );

  test(`${FILE} says what was found`, () => {
    const rows = CASES.map((one) => [one, typeof one.run === "string" ? one.run : outcomes.get(one)] as const);
    expect(rows.filter(([, outcome]) => outcome === undefined).map(([{ id, state }]) => `${id} ${state}`)).toEqual([]);
    expect([...found.keys()]).toEqual(CLIENTS);
    const [date] = new Date().toISOString().split("T");
    writeFileSync(FILE, pageOf(found, rows, date!));
  });
});
