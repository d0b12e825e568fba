// The three requests by which an SDK comes by credentials, as the faults of the metadata service name them.
import type { AskedMetadata } from "./kind.ts";

export type Step = "token" | "roles" | "credentials" | "any";

export const STEPS = ["token", "roles", "credentials", "any"] as const;

export function isStep({ step }: AskedMetadata, wanted: Step): boolean {
  return wanted === "any" || step === wanted;
}

/** GET or HEAD without a token: a request of the first version. */
export function isTokenless({ method, token }: AskedMetadata): boolean {
  return token === undefined && (method === "GET" || method === "HEAD");
}
