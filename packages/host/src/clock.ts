// The clocks. The host's clock is read here and nowhere else; a world clock is a line over it (start, rate) that can
// be moved, sped up and frozen.

/** Tells the time in milliseconds since the epoch. */
export interface Clock {
  now(): number;
}

export const hostClock: Clock = { now: () => Date.now() };

/** World time as a line over host time: `time + (host - at) * rate`. All in milliseconds; rate 0 is frozen. */
export interface ClockLine {
  readonly at: number;
  readonly time: number;
  readonly rate: number;
}

/** The span of times that every SDK and every date format here can hold. World time does not leave it. */
const EARLIEST_MS = Date.UTC(2000, 0);
export const LATEST_MS = Date.UTC(2100, 0);

/** Why world time cannot be set to that, or undefined. */
export function worldTimeProblem(time: number): string | undefined {
  return time >= EARLIEST_MS && time <= LATEST_MS ? undefined : "world time must stay between 2000 and 2100";
}

/** A line that runs on past the end of the span stands there. */
export function worldTime(line: ClockLine, host: number): number {
  return Math.min(Math.floor(line.time + (host - line.at) * line.rate), LATEST_MS);
}

/** The host instant at which world time reaches `time`, or Infinity if it never does. */
export function hostTimeOf(line: ClockLine, time: number): number {
  if (time > LATEST_MS) return Number.POSITIVE_INFINITY;
  return line.rate > 0
    ? line.at + (time - line.time) / line.rate
    : time <= line.time
      ? line.at
      : Number.POSITIVE_INFINITY;
}

/** AWS's times are whole seconds. */
export function wholeSeconds(time: number): number {
  return Math.floor(time / 1000) * 1000;
}
