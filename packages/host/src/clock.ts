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

export function worldTime(line: ClockLine, host: number): number {
  return Math.floor(line.time + (host - line.at) * line.rate);
}

/** The host instant at which world time reaches `time`, or Infinity if it never does. */
export function hostTimeOf(line: ClockLine, time: number): number {
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
