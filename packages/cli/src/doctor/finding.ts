// What doctor says of one thing: that it is well, or what is wrong and what to do about it.

export interface Finding {
  /** The name of the check; scripts may rely on it. */
  readonly check: string;
  /** A warning may hurt later; with a problem something does not work. */
  readonly level: "ok" | "warning" | "problem";
  /** A sentence without its full stop. */
  readonly message: string;
  /** What to do; absent where all is well. */
  readonly advice?: string;
}

export function ok(check: string, message: string): Finding {
  return { check, level: "ok", message };
}

export function warning(check: string, message: string, advice: string): Finding {
  return { check, level: "warning", message, advice };
}

export function problem(check: string, message: string, advice: string): Finding {
  return { check, level: "problem", message, advice };
}
