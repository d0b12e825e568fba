// What a benchmark gives: figures, some of them as ratios against something measured in the same run.

export interface Row {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  /** Against the peer of the same run. */
  readonly ratio?: number;
  /** The bound that was promised, as text: `≤ 6×`. */
  readonly bound?: string;
  readonly ok?: boolean;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
