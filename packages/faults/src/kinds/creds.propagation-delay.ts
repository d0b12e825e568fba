// A new key is not known at once: it is refused until it is so old, as when AWS has still to carry it to a service.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_general.html#troubleshoot_general_eventual-consistency
import { requestKind } from "../kind.ts";
import { isAmong, SERVICES } from "../services.ts";

export const credsPropagationDelay = requestKind({
  name: "creds.propagation-delay",
  row: "CR4",
  says: "a key is refused as unknown until it is so old",
  channel: "calls",
  acts: "requests",
  parameters: {
    Delay: { type: "duration", min: 1, fallback: 10_000, says: "how long after its issue a key is unknown" },
    Services: SERVICES,
  },
  call({ service, principal, isExpired, now }, { Delay, Services }) {
    const { IssuedAt } = principal;
    if (isExpired || IssuedAt === undefined || !isAmong(Services, service)) return undefined;
    return now - IssuedAt < Delay ? { do: "refuse", as: "unknown-key" } : undefined;
  },
});
