// The two spellings of a request's time: ISO 8601 basic as SigV4 wants it, and the HTTP date that a Date header holds.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html

const AMZ_DATE = /^\d{8}T\d{6}Z$/;

/** `20261123T053000Z` for milliseconds since the epoch; the fraction of a second is dropped. */
export function amzDateOf(timeMs: number): string {
  return new Date(timeMs).toISOString().replace(/[-:]|\.\d{3}/g, "");
}

/** Milliseconds since the epoch of `20261123T053000Z`; undefined for any other form or a time that never was. */
export function parseAmzDate(text: string): number | undefined {
  if (!AMZ_DATE.test(text)) return undefined;
  const month = Number(text.slice(4, 6)) - 1;
  const day = Number(text.slice(6, 8));
  const hour = Number(text.slice(9, 11));
  const minute = Number(text.slice(11, 13));
  const second = Number(text.slice(13, 15));
  const time = new Date(Date.UTC(Number(text.slice(0, 4)), month, day, hour, minute, second));
  const isReal = time.getUTCMonth() === month && time.getUTCDate() === day && hour < 24 && minute < 60 && second < 60;
  return isReal ? time.getTime() : undefined;
}

/** Milliseconds since the epoch of `Fri, 24 May 2013 00:00:00 GMT`; undefined for any other form. */
export function parseHttpDate(text: string): number | undefined {
  const time = new Date(text);
  return time.toUTCString() === text ? time.getTime() : undefined;
}
