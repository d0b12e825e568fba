// Which calls the faults at STS are about.
import type { AskedCall } from "../kind.ts";

/** AssumeRole, and whatever else begins so. */
export function assumesRole({ service, operation }: AskedCall): boolean {
  return service === "sts" && operation.startsWith("AssumeRole");
}
