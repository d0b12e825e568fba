// Query parameters that are numbers or words: read, or refused as S3 refuses them.
import type { Query } from "./call.ts";
import { invalidArgument } from "./errors.ts";

/** Undefined when it is absent. `message` is the refusal of what is no integer from `least` to `most`. */
export function integerParameter(
  query: Query,
  name: string,
  least: number,
  most: number,
  message: string,
): number | undefined {
  const given = query.get(name);
  if (given === undefined) return undefined;
  const value = /^\d{1,10}$/.test(given) ? Number(given) : Number.NaN;
  if (value >= least && value <= most) return value;
  throw invalidArgument(name, given, message);
}

const MAX_INTEGER = 2 ** 31 - 1;

/** How many entries a page may have: at most 1000, whatever is asked for. */
export function pageSize(query: Query, name: string): number {
  const message = `Argument ${name} must be an integer between 0 and ${MAX_INTEGER}`;
  return Math.min(integerParameter(query, name, 0, MAX_INTEGER, message) ?? 1000, 1000);
}

/** How names are to be written in a listing: as they are, or percent-encoded, for what XML cannot hold. */
export function nameEncoder(query: Query): (name: string) => string {
  const encoding = query.get("encoding-type");
  if (encoding === undefined) return (name) => name;
  if (encoding !== "url")
    throw invalidArgument("encoding-type", encoding, "Invalid Encoding Method specified in Request");
  return (name) =>
    encodeURIComponent(name)
      .replace(/%2F/g, "/")
      .replace(/[!'()]/g, escapeCharacter);
}

function escapeCharacter(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase()}`;
}

/** A token that says where a list goes on: opaque to clients, the last entry given to us. */
export function encodeToken(last: string): string {
  return Buffer.from(last).toString("base64url");
}

export function decodeToken(query: Query): string | undefined {
  const given = query.get("continuation-token");
  if (given === undefined) return undefined;
  const last = Buffer.from(given, "base64url").toString("utf8");
  if (given === "" || encodeToken(last) !== given) {
    throw invalidArgument("continuation-token", given, "The continuation token provided is incorrect");
  }
  return last;
}
