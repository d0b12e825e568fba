// `rolemint clock`: the world's clock, shown or moved.
import { formatDuration, parseDuration } from "@rolemint/host";
import { CliError } from "../exit.ts";
import { type OutputFlags, outputFor } from "../output.ts";
import { callControl, findRunning, type WhereFlags } from "../running.ts";

export interface ClockFlags extends WhereFlags, OutputFlags {
  readonly rate?: number;
  readonly freeze?: boolean;
  readonly resume?: boolean;
}

const NOTE =
  "A client whose own clock is not moved does not refresh by itself: see docs/guides/time.md, or `rolemint exec --client-clock`";

export async function clock(time: string | undefined, flags: ClockFlags): Promise<void> {
  const rate = rateIn(flags);
  const move = time === undefined ? undefined : moveIn(time);
  const ready = findRunning(flags);
  // The pace first: what is set or moved to is then what is shown, also of a clock that runs fast.
  if (move !== undefined && "Time" in move) {
    await callControl(ready, "SetClock", { ...move, ...(rate !== undefined && { Rate: rate }) });
  } else {
    if (rate !== undefined) await callControl(ready, "SetClock", { Rate: rate });
    if (move !== undefined) await callControl(ready, "AdvanceClock", move);
  }
  const now = await callControl<{ Time: string; ClockRate: number }>(ready, "DescribeWorld");
  const offsetSeconds = Math.round((Date.parse(now.Time) - Date.now()) / 1000);
  const output = outputFor(flags);
  output.result(`${now.Time}, ${paceOf(now.ClockRate)}, ${offsetText(offsetSeconds)}`, {
    version: 1,
    time: now.Time,
    rate: now.ClockRate,
    offsetSeconds,
  });
  if (move !== undefined || rate !== undefined) output.text(NOTE);
}

function rateIn({ rate, freeze, resume }: ClockFlags): number | undefined {
  if ([rate !== undefined, freeze, resume].filter(Boolean).length > 1) {
    throw new CliError("usage", "--rate, --freeze and --resume exclude one another; give one of them");
  }
  if (freeze) return 0;
  return resume ? 1 : rate;
}

function moveIn(time: string): { readonly By: string } | { readonly Time: string } {
  if (/^[+-]\d/.test(time) && parseDuration(time, { signed: true }) !== undefined) return { By: time };
  if (/^\d{4}-/.test(time)) return { Time: time };
  const next = parseDuration(time) === undefined ? "see `rolemint clock --help`" : `say +${time} or -${time}`;
  throw new CliError("usage", `${time} is no time like 2026-11-23T12:00:00Z and no move like +6h or -10m; ${next}`);
}

function paceOf(rate: number): string {
  if (rate === 0) return "frozen";
  return rate === 1 ? "at the host's pace" : `${rate} times as fast as the host's`;
}

function offsetText(seconds: number): string {
  if (seconds === 0) return "with the host's clock";
  return `${formatDuration(Math.abs(seconds) * 1000)} ${seconds > 0 ? "ahead of" : "behind"} the host's clock`;
}
