// `make matrix`: every client under every preset, the two groups side by side, and docs/sdk-matrix.md. What was observed
// stays in .cache/matrix; MATRIX_ONLY=preset,preset runs only these anew and takes the others from there.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { expect, test } from "@jest/globals";
import { CLIENTS } from "../clients/clients.ts";
import { describeDocker } from "../support/compose.ts";
import { libfaketime } from "../support/libfaketime.ts";
import { GROUPS, type Group } from "./groups.ts";
import { type MatrixLab, startMatrixLab } from "./lab.ts";
import { FILE, type Observed, pageOf } from "./page.ts";
import { PLANS, type Plan } from "./plan.ts";
import { play } from "./play.ts";

const LIMIT_MS = 60 * 60_000;
const KEPT = ".cache/matrix/observed.json";
const MINUTE_MS = 60_000;
/** One preset that cannot be played does not keep the others from it. */
const failed: string[] = [];
const only = process.env["MATRIX_ONLY"]?.split(",");

describeDocker("every client under every preset", () => {
  test(
    `${FILE} says how they lived through it`,
    async () => {
      expect(libfaketime()).toBeDefined();
      mkdirSync(".cache/matrix", { recursive: true });
      const start = performance.now();
      const [date] = new Date().toISOString().split("T");
      const kept = only && existsSync(KEPT) ? JSON.parse(readFileSync(KEPT, "utf8")) : undefined;
      const { observed, minutes: before } = kept?.date === date ? kept : { observed: {}, minutes: 0 };
      const versions: Record<string, string> = {};
      const keep = (name: string, found: ReadonlyMap<string, object>) => {
        observed[name] = { ...observed[name], ...Object.fromEntries(found) };
        writeFileSync(KEPT, JSON.stringify({ date, minutes: before + minutes(), observed }));
      };
      const minutes = () => Math.round((performance.now() - start) / MINUTE_MS);
      await Promise.all(GROUPS.map((group) => playAll(group, versions, keep)));
      writeFileSync(
        FILE,
        pageOf({ date: date!, minutes: before + minutes(), isWhole: !only, versions, observed: observed as Observed }),
      );
      expect(failed).toEqual([]);
      expect(Object.keys(versions)).toHaveLength(CLIENTS.length);
    },
    LIMIT_MS,
  );
});

async function playAll(
  group: Group,
  versions: Record<string, string>,
  keep: (name: string, found: ReadonlyMap<string, object>) => void,
): Promise<void> {
  const lab = await startMatrixLab(group);
  for (const client of group.clients) {
    versions[client.name] = (await lab.project.exec(client.name, "sh", "-c", client.version)).text;
  }
  const quickest = Object.entries(PLANS).toSorted(([, a], [, b]) => a.watchMinutes / a.rate - b.watchMinutes / b.rate);
  for (const [name, plan] of quickest) {
    if (only && !only.includes(name)) continue;
    try {
      const found = await playOne(lab, plan, group);
      if (found) keep(name, found);
      say(`${group.name}: ${name}: ${found ? found.size : "not"} measured`);
    } catch (problem) {
      failed.push(`${group.name}: ${name}: ${problem}`);
      say(`${group.name}: ${name}: ${(problem as Error).stack}`);
      await lab.restart();
    }
  }
}

async function playOne(lab: MatrixLab, plan: Plan, { name }: Group) {
  if (name === "moved") return play(lab, plan, { isMoved: true, rate: plan.rate, minuteMs: MINUTE_MS });
  if (plan.unmoved && "why" in plan.unmoved) return undefined;
  return play(lab, { ...plan, ...plan.unmoved }, { isMoved: false, rate: 1, minuteMs: 1000 });
}

function say(text: string): void {
  process.stderr.write(`${text}\n`);
}
