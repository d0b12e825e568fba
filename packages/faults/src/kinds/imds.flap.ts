// Requests that succeed and fail by turns, in a pattern that repeats: for locks that are not given back, and counters
// of attempts that are not set back.
import { requestKind } from "../kind.ts";

export const imdsFlap = requestKind({
  name: "imds.flap",
  row: "F17",
  says: "requests succeed and fail in a pattern",
  channel: "metadata",
  acts: "requests",
  parameters: {
    Pattern: {
      type: "text",
      pattern: /^[ox]{1,100}$/,
      wanted: "1 to 100 letters: o for a request that succeeds, x for one that fails",
      fallback: "ox",
      says: "request by request, then from the beginning: ooxx",
    },
    Status: {
      type: "choice",
      values: ["429", "500", "503", "reset"],
      fallback: "503",
      says: "how it fails: that status, or a reset connection",
    },
  },
  metadata(_, { Pattern, Status }, memory) {
    const at = (memory["at"] as number | undefined) ?? 0;
    memory["at"] = (at + 1) % Pattern.length;
    if (Pattern[at] === "o") return undefined;
    return Status === "reset" ? { do: "reset" } : { do: "answer", status: Number(Status) };
  },
});
