// What a service tells of a request that it refused, so that the refusal can be explained later: the request as it was,
// the clocks, who it was, and the decision. It travels with the event and is kept in memory only: the headers hold the
// session token. Whoever shows it takes the secrets out.
import type { Identity, Principal } from "@rolemint/authority";
import type { Clocks } from "@rolemint/sigv4";
import { type DenialDetail, denialBehind } from "./denial-cause.ts";

export interface RefusalDetail {
  readonly Flavour: "s3" | "other";
  readonly Request?: {
    readonly Method: string;
    readonly Target: string;
    readonly RawHeaders: readonly string[];
    /** SHA-256 of the body, of services that sign it. */
    readonly BodyHash?: string | undefined;
  };
  /** Milliseconds. */
  readonly Clocks: Clocks;
  /** What the authority said of the key, where it was asked. */
  readonly Verdict?: Identity["Verdict"] | undefined;
  readonly Principal?: Principal | undefined;
  readonly Denial?: DenialDetail | undefined;
}

/** A detail is no longer than this; a request that is stays out of it. Characters of JSON. */
const MAX_DETAIL = 24_000;

/** The text for the event's `Refusal`. */
export function refusalText(error: Error, detail: Omit<RefusalDetail, "Denial">): string {
  const whole: RefusalDetail = { ...detail, Denial: denialBehind(error) };
  const text = JSON.stringify(whole);
  if (text.length <= MAX_DETAIL) return text;
  const { Request: _, ...rest } = whole;
  const shorter = JSON.stringify(rest);
  return shorter.length <= MAX_DETAIL ? shorter : JSON.stringify({ ...rest, Denial: undefined });
}
