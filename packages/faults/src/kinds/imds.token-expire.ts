// A token is refused before its time: 401, after which a fresh one works. When it was given cannot be seen of a
// token, so time counts from its first use while the fault lasts, which is when SDKs use it anyway.
import { keep, keptIn } from "../bounded.ts";
import { type Memory, requestKind } from "../kind.ts";

interface Known {
  readonly since: number;
  uses: number;
}

export const imdsTokenExpire = requestKind({
  name: "imds.token-expire",
  row: "F7",
  says: "a token is refused early with 401; a fresh one works",
  channel: "metadata",
  acts: "requests",
  parameters: {
    After: { type: "duration", min: 1, says: "how long after its first use a token is good, in world time" },
    Uses: {
      type: "number",
      min: 1,
      max: 1_000_000,
      says: "how often a token may be used; default 1 where After is not given",
    },
  },
  metadata({ token, method, view, now }, { After, Uses }, memory) {
    const isRead = method === "GET" || method === "HEAD";
    if (token === undefined || !isRead || view.Endpoint === "disabled") return undefined;
    const known = knownToken(memory, token, now);
    known.uses++;
    const isWorn = known.uses > (Uses ?? (After === undefined ? 1 : Number.POSITIVE_INFINITY));
    const isOld = After !== undefined && now - known.since >= After;
    return isWorn || isOld ? { do: "answer", status: 401 } : undefined;
  },
});

function knownToken(memory: Memory, token: string, now: number): Known {
  const tokens = keptIn<Known>(memory, "tokens");
  return tokens.get(token) ?? keep(tokens, token, { since: now, uses: 0 });
}
