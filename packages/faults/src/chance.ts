// Chance that repeats: a number that depends on nothing but its arguments.
import { hash } from "node:crypto";

/** In [0, 1). */
export function draw(seed: string, ...of: readonly (string | number)[]): number {
  return Number.parseInt(hash("sha256", [seed, ...of].join(" ")).slice(0, 12), 16) / 2 ** 48;
}
