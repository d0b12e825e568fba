// Compiled policies by their text: the same document is asked about many times and shared by many callers.
import { type CompiledPolicy, compilePolicy } from "./evaluate.ts";
import type { PolicyKind } from "./statement.ts";

export type PolicyCompiler = (kind: PolicyKind, name: string, text: string) => CompiledPolicy;

/** A compiler that keeps the last `bound` policies. A compiled policy never becomes wrong: none is dropped early. */
export function keepCompiled(bound: number): PolicyCompiler {
  const kept = new Map<string, CompiledPolicy>();
  return (kind, name, text) => {
    const id = `${kind}\n${name}\n${text}`;
    const known = kept.get(id);
    if (known) return known;
    const policy = compilePolicy({ kind, name, text });
    if (kept.size >= bound) kept.delete(kept.keys().next().value as string);
    kept.set(id, policy);
    return policy;
  };
}
