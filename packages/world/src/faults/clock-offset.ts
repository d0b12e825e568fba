// How far a clock is off: the parameter of both faults of clocks.

const LONGEST_MS = 7 * 86_400_000;

export const clockOffset = <const Says extends string>(says: Says) =>
  ({ type: "duration", isSigned: true, max: LONGEST_MS, fallback: 1_200_000, says }) as const;
