// What the faults share by which a credential expires in the middle of something: the one that reaches the point is
// refused there from then on, and any other passes. So a retry with the same keys fails, and one with new keys goes on.
import { keep, keptIn } from "../bounded.ts";
import type { AskedCall, CallDeed, Memory } from "../kind.ts";

/** `point` tells the points of one fault apart: each upload and each listing has its own. */
export function expiresAt(point: string, { principal, isExpired }: AskedCall, memory: Memory): CallDeed | undefined {
  if (isExpired) return undefined;
  const refused = refusedIn(memory);
  const key = refused.get(point) ?? keep(refused, point, principal.AccessKeyId);
  return key === principal.AccessKeyId ? { do: "refuse", as: "token-expired" } : undefined;
}

/** The key that is refused, by point. */
export function refusedIn(memory: Memory): Map<string, string | undefined> {
  return keptIn(memory, "refused");
}

/** The path of a call, without its query. */
export function resourceOf({ path }: AskedCall): string {
  return path.split("?", 1)[0]!;
}
