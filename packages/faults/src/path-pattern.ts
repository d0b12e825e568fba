// Looks for the regular expression of a fault in the path of a request. Some expressions take years over some paths,
// and everything simulated would wait for them: one that takes too long is given up.
import { createContext, Script } from "node:vm";

export interface PathPattern {
  /** `too-slow` once, and `no` ever after. */
  search(path: string): "yes" | "no" | "too-slow";
}

/** Host time; far more than a sane expression takes over a path, on a loaded machine as well. */
const LONGEST_MS = 250;

const SEARCH = new Script("pattern.test(path)");

/** Throws SyntaxError. */
export function compilePath(text: string): PathPattern {
  const globals = { pattern: new RegExp(text), path: "" };
  const context = createContext(globals);
  let isGivenUp = false;
  return {
    search(path) {
      if (isGivenUp) return "no";
      globals.path = path;
      try {
        return SEARCH.runInContext(context, { timeout: LONGEST_MS }) ? "yes" : "no";
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== "ERR_SCRIPT_EXECUTION_TIMEOUT") throw error;
        isGivenUp = true;
        return "too-slow";
      }
    },
  };
}
