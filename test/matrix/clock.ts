// The world's clock as a line over the host's, and a client's clock beside it: a file that libfaketime reads, with how far
// the program is off from the instant of its start, and how fast it goes.
import { existsSync, readFileSync, renameSync, statSync, writeFileSync } from "node:fs";
import type { Project } from "../support/compose.ts";

export interface WorldLine {
  readonly hostMs: number;
  readonly worldMs: number;
  readonly rate: number;
}

export interface Clock {
  line: WorldLine;
  /** World time. */
  now(): number;
}

/** With the rate from now on; told by the quickest of some answers, since the error of a slow one is multiplied. */
export async function openClock(project: Project, rate: number): Promise<Clock> {
  await project.control("SetClock", { Rate: rate });
  let [line, best]: [WorldLine | undefined, number] = [undefined, Number.POSITIVE_INFINITY];
  for (let tries = 0; tries < 8; tries++) {
    const before = Date.now();
    const { Time } = await project.control("DescribeWorld");
    const took = Date.now() - before;
    if (took >= best) continue;
    best = took;
    line = { hostMs: before + took / 2, worldMs: Date.parse(Time), rate };
  }
  const clock: Clock = { line: line!, now: () => worldAt(clock.line, Date.now()) };
  return clock;
}

export function worldAt({ hostMs, worldMs, rate }: WorldLine, atMs: number): number {
  return worldMs + (atMs - hostMs) * rate;
}

/** Between two lines of one rate, by as much as the second is ahead. A client that is a command has no such file. */
export function moveClock(file: string, old: WorldLine, fresh: WorldLine): void {
  if (!existsSync(file)) return;
  const [, seconds, rest] = /^([+-][\d.]+)(.*)$/s.exec(readFileSync(file, "utf8")) ?? [];
  const ahead = (fresh.worldMs - worldAt(old, fresh.hostMs)) / 1000;
  const offset = Number(seconds) + ahead;
  // Never half: the program may read it at any time.
  writeFileSync(`${file}.new`, `${offset < 0 ? "-" : "+"}${Math.abs(offset).toFixed(3)}${rest}`);
  renameSync(`${file}.new`, file);
}

const GOOD_MS = 60_000;

/** Throws Error where a client's clock was not set to the world's. A client that is a command has no such file. */
export function checkClock(file: string, line: WorldLine): void {
  if (!existsSync(file)) return;
  const text = readFileSync(file, "utf8");
  const { mtimeMs } = statSync(file);
  const offMs = Number.parseFloat(text) * 1000 - (worldAt(line, mtimeMs) - mtimeMs);
  if (!text.trim().endsWith(` x${line.rate}`) || Math.abs(offMs) > GOOD_MS) {
    throw new Error(`${file} says ${text.trim()}, which is off by ${Math.round(offMs / 1000)} s`);
  }
}

/** Shell that leaves in `offset` how far the world's clock is ahead of the host's now, in whole seconds, with its sign. */
export function offsetShell({ hostMs, worldMs, rate }: WorldLine): string {
  const [host, ahead, faster] = [hostMs, worldMs - hostMs, rate - 1].map(Math.round);
  return (
    `ahead=$(( (${ahead} + ($(date +%s%3N) - ${host}) * ${faster}) / 1000 )); ` +
    `case $ahead in -*) offset=$ahead;; *) offset=+$ahead;; esac`
  );
}
