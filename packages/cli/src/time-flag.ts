// A time as flags take it: one, or how long ago. World time.
import { parseDuration } from "@rolemint/host";
import { parseTimestamp } from "@rolemint/policy/instant";
import type { ReadyFile } from "@rolemint/simulator";
import { CliError } from "./exit.ts";
import { worldClock } from "./running.ts";

/** Milliseconds. Throws a CliError (2) for what is none. */
export async function timeIn(flag: string, text: string, ready: ReadyFile): Promise<number> {
  const ago = parseDuration(text);
  if (ago !== undefined) return (await worldClock(ready)).timeMs - ago;
  const time = parseTimestamp(text);
  if (time !== undefined) return time;
  throw new CliError("usage", `${flag} is a time like 2026-11-23T05:30:00Z or how long ago, like 10m, not "${text}"`);
}
