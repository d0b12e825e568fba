// Durations as people write them: `6h20m`, `90s`, `1d`, `500ms`.

const UNITS: Readonly<Record<string, number>> = { d: 86_400_000, h: 3_600_000, m: 60_000, s: 1000, ms: 1 };

/** Milliseconds, or undefined when the text is not a duration. A sign is accepted only with `signed`. */
export function parseDuration(text: string, options: { signed?: boolean } = {}): number | undefined {
  const match = /^([+-]?)((?:\d+(?:\.\d+)?(?:ms|[dhms]))+)$/.exec(text.trim());
  if (!match || (match[1] !== "" && !options.signed)) return undefined;
  let total = 0;
  for (const [, amount, unit] of match[2]!.matchAll(/(\d+(?:\.\d+)?)(ms|[dhms])/g)) {
    total += Number(amount) * UNITS[unit!]!;
  }
  return (match[1] === "-" ? -1 : 1) * Math.round(total);
}

/** `+10m`, so long after now: milliseconds; undefined for what is not written so. */
export function parseLater(text: string): number | undefined {
  return text.startsWith("+") ? parseDuration(text.slice(1)) : undefined;
}

/** `6h20m`; the largest units first, nothing lost. */
export function formatDuration(milliseconds: number): string {
  let rest = Math.abs(Math.round(milliseconds));
  if (rest === 0) return "0s";
  let text = milliseconds < 0 ? "-" : "";
  for (const [unit, size] of Object.entries(UNITS)) {
    const amount = Math.floor(rest / size);
    if (amount > 0) text += `${amount}${unit}`;
    rest -= amount * size;
  }
  return text;
}
