// Which bytes a read asks for: ranges as HTTP has them, cut to the object.
import { type Range, Refusal } from "./backend.ts";

/** Bytes `first` to `last`, inclusive. */
export interface Window {
  readonly first: number;
  readonly last: number;
}

/** The bytes of an object of `size` bytes that `range` names; a range that names none of them is InvalidRange. */
export function windowOf(range: Range, size: number): Window {
  const first = "suffix" in range ? Math.max(size - range.suffix, 0) : range.first;
  const last = "suffix" in range ? size - 1 : Math.min(range.last ?? size - 1, size - 1);
  if (first > last) throw unsatisfiable(size);
  return { first, last };
}

/** A copy's range is not cut: S3 refuses one that reaches beyond its source. */
export function exactWindowOf(range: Range, size: number): Window {
  const window = windowOf(range, size);
  if (!("suffix" in range) && range.last !== undefined && range.last !== window.last) throw unsatisfiable(size);
  return window;
}

function unsatisfiable(size: number): Refusal {
  return new Refusal("InvalidRange", { ActualObjectSize: String(size) });
}
