// What is kept of a client's life under a preset.

/** As ListEvents gives it. */
export interface MatrixEvent {
  readonly Time: string;
  readonly Kind: string;
  readonly Generation?: number;
  readonly Expiration?: string;
  readonly Path?: string;
  readonly Action?: string;
  readonly Status?: number;
  readonly Code?: string;
}

/** One call of a client; without an answer where it was still waiting at the end. Times are the world's. */
export interface Step {
  readonly fromMs: number;
  readonly toMs?: number;
  readonly isOk?: boolean;
  readonly text?: string;
}

export interface Observation {
  readonly startMs: number;
  readonly endMs: number;
  /** Time that passed, without what a preset skipped. */
  readonly watchedMs: number;
  readonly incidentMs: number | undefined;
  readonly steps: readonly Step[];
  readonly events: readonly MatrixEvent[];
}
