// Dates as policies write them: ISO 8601 in the W3C profile, more or less complete, or seconds since the epoch. The
// same reader serves the grammar check, so what is accepted is what can be compared.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html#Conditions_Date

const date = "([+-]?\\d{1,6})(?:-(\\d{1,2})(?:-(\\d{1,2}))?)?";
const time = "(?:(\\d{1,2})(?::(\\d{1,2})(?::(\\d{1,2})(?:\\.(\\d{1,9}))?)?)?)?";
const zone = "(?:[zZ]|([+-])(\\d{1,2})(?::?(\\d{1,2}))?)?";
const isoDate = new RegExp(`^${date}(?:[tT]${time}${zone})?$`);

/** Milliseconds since the epoch; undefined for what is no date. Without a zone it is UTC. */
export function parseInstant(text: string): number | undefined {
  if (/^\d+(\.\d{1,9})?$/.test(text)) {
    const seconds = Number(text);
    return seconds < 2 ** 63 ? seconds * 1000 : undefined;
  }
  const found = isoDate.exec(text);
  if (!found) return undefined;
  const [, year, month, day, hour, minute, second, fraction, sign, zoneHour, zoneMinute] = found;
  const fits =
    isBetween(month, 1, 12) &&
    isBetween(day, 1, 31) &&
    [hour, zoneHour].every((part) => isBetween(part, 0, 23)) &&
    [minute, second, zoneMinute].every((part) => isBetween(part, 0, 59));
  if (!fits) return undefined;
  const midnight = new Date(0);
  midnight.setUTCFullYear(Number(year), Number(month ?? 1) - 1, Number(day ?? 1));
  // A day that its month does not have would run over into the next.
  if (midnight.getUTCDate() !== Number(day ?? 1)) return undefined;
  const minutes = Number(hour ?? 0) * 60 + Number(minute ?? 0);
  const offset = (Number(zoneHour ?? 0) * 60 + Number(zoneMinute ?? 0)) * (sign === "-" ? -1 : 1);
  const milliseconds = (Number(second ?? 0) + Number(`0.${fraction ?? 0}`)) * 1000;
  return midnight.getTime() + (minutes - offset) * 60_000 + milliseconds;
}

/** A date with a time of day, as everything but policies takes it, in whole milliseconds. Without a zone it is UTC. */
export function parseTimestamp(text: string): number | undefined {
  const instant = /^\d{4}-\d\d-\d\dT/.test(text) ? parseInstant(text) : undefined;
  return instant === undefined ? undefined : Math.round(instant);
}

function isBetween(text: string | undefined, least: number, most: number): boolean {
  return text === undefined || (Number(text) >= least && Number(text) <= most);
}
