// An event of the timeline as the control API gives it.

export interface TracedEvent {
  readonly Id: number;
  readonly Time: string;
  readonly Kind: "metadata" | "issue" | "call" | "refusal" | "fault" | "warning";
  /** Id of the instance. */
  readonly Instance?: string;
  readonly Generation?: number;
  readonly AccessKeyId?: string;
  readonly Path?: string;
  readonly Service?: string;
  readonly Action?: string;
  readonly Resource?: string;
  readonly Status?: number;
  readonly Code?: string;
  readonly RequestId?: string;
  readonly UserAgent?: string;
  readonly Expiration?: string;
  readonly Message?: string;
}

export interface Page {
  readonly Events: readonly TracedEvent[];
  readonly Next: string;
  readonly Dropped: number;
  readonly Missed: number;
}
