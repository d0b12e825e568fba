// What a fault keeps in mind by names that clients choose (tokens, uploads, listings): there is no end to those, so the
// oldest is forgotten.
import type { Memory } from "./kind.ts";

const BOUND = 1000;

/** What is kept under a name in the memory of a fault, by what clients call it. */
export function keptIn<Value>(memory: Memory, name: string): Map<string, Value> {
  memory[name] ??= new Map<string, Value>();
  return memory[name] as Map<string, Value>;
}

export function keep<Value>(kept: Map<string, Value>, key: string, value: Value): Value {
  if (!kept.has(key) && kept.size >= BOUND) kept.delete(kept.keys().next().value as string);
  kept.set(key, value);
  return value;
}
