// A program's clock that can be moved while it runs: libfaketime reads its setting from a file, once a second.
import { mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface ClockFile {
  /** In place of those that hold the setting itself. */
  readonly variables: Readonly<Record<string, string>>;
  /** Milliseconds beside what the clock was started with. */
  setOffset(offsetMs: number): void;
  remove(): void;
}

/** `variables` as clientClockVariables gives them. */
export function openClockFile({ FAKETIME: setting = "+0", ...variables }: Readonly<Record<string, string>>): ClockFile {
  const directory = mkdtempSync(join(tmpdir(), "rolemint-clock-"));
  const path = join(directory, "faketime");
  const write = (text: string) => {
    // Never half: the program may read it at any time.
    writeFileSync(`${path}.new`, `${text}\n`);
    renameSync(`${path}.new`, path);
  };
  write(setting);
  return {
    variables: { ...variables, FAKETIME_TIMESTAMP_FILE: path, FAKETIME_CACHE_DURATION: "1" },
    setOffset: (offsetMs) => write(movedBy(setting, offsetMs / 1000)),
    remove: () => rmSync(directory, { recursive: true, force: true }),
  };
}

/** `+21600.000 x200`, or the whole second at which a clock stands. */
export function movedBy(setting: string, seconds: number): string {
  const [, sign, amount, rate = ""] = /^([+-]?)([\d.]+)(.*)$/.exec(setting) ?? [];
  if (sign === "") return String(Math.floor(Number(amount) + seconds));
  const offset = Number(`${sign}${amount}`) + seconds;
  return `${offset < 0 ? "-" : "+"}${Math.abs(offset).toFixed(3)}${rate}`;
}
