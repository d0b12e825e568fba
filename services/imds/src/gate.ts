// Tokens at the door: how one is got, and who may read with or without one.
// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/configuring-instance-metadata-service.html
import type { Entropy } from "@rolemint/host";
import { header } from "@rolemint/wire/http";
import { type Answer, badRequest, type Ending, forbidden, notAllowed, tokenIssued, tokenOptions } from "./answer.ts";
import { headerValues, type MetadataRequest } from "./request.ts";
import type { Shown } from "./shown.ts";
import { MAX_TTL_SECONDS, mintToken } from "./tokens.ts";

export const TOKEN_HEADER = "x-aws-ec2-metadata-token";
const TTL_HEADER = "x-aws-ec2-metadata-token-ttl-seconds";

/** `/latest/api/token`, whatever the method. */
export function tokenEndpoint(request: MetadataRequest, shown: Shown, ending: Ending, entropy: Entropy): Answer {
  if (request.method === "OPTIONS") return tokenOptions(ending);
  if (request.method !== "PUT") return notAllowed("OPTIONS, PUT", ending);
  // An open proxy adds this header, and must not be able to get a token for strangers.
  if (header(request, "x-forwarded-for") !== undefined) return forbidden(ending);
  const ttlSeconds = askedTtl(request);
  if (ttlSeconds === undefined) return badRequest(ending);
  return tokenIssued(mintToken(shown.tokenKey, ttlSeconds, ending.now, entropy), ttlSeconds, ending);
}

/** One to 21600 in plain digits. A sign, a fraction, a leading zero, a second header: not recorded, refused. */
function askedTtl(request: MetadataRequest): number | undefined {
  const [asked = "", ...others] = headerValues(request, TTL_HEADER);
  if (others.length > 0 || !/^[1-9]\d{0,4}$/.test(asked)) return undefined;
  const seconds = Number(asked);
  return seconds <= MAX_TTL_SECONDS ? seconds : undefined;
}

/** A reader with a token knows how long that lasts; one without reads the first version. */
export type Reader =
  | { readonly delivery: "1.0"; readonly ttlSeconds: undefined }
  | { readonly delivery: "2.0"; readonly ttlSeconds: number };

/**
 * A token of a time that has not come was given before the clock went back, and would be good for longer than it was
 * asked for. A host's clock goes back by a little when it is set right.
 */
const MOST_EARLY_MS = 5000;

const WITHOUT_TOKEN: Reader = { delivery: "1.0", ttlSeconds: undefined };

/**
 * Who reads, or undefined when that is refused. The presence of the header alone makes it a request of the second
 * version, so a wrong, empty or repeated token is refused even where none is needed.
 */
export function readerOf(request: MetadataRequest, shown: Shown, now: number): Reader | undefined {
  const [token, ...others] = headerValues(request, TOKEN_HEADER);
  if (token === undefined) return shown.needsToken ? undefined : WITHOUT_TOKEN;
  const life = others.length === 0 ? shown.life(token) : undefined;
  if (!life || now >= life.ends || now < life.begins - MOST_EARLY_MS) return undefined;
  // Counts down in whole seconds: 21599 is recorded of a token just given. It is good to its very end.
  return { delivery: "2.0", ttlSeconds: Math.floor((life.ends - Math.max(now, life.begins)) / 1000) };
}
