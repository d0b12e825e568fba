// What the timeline says of one thing that happened, as ListEvents gives it, and what that means for an application:
// whether it is a call, whether it failed, and whether it failed because its keys had ended.

export interface TimelineEvent {
  readonly Id: number;
  /** ISO 8601, world time. */
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
  /** Of an issue: when its keys end, ISO 8601. */
  readonly Expiration?: string;
  readonly Message?: string;
}

/** How S3, STS and IAM, EC2, and the JSON services call a token that has ended. */
const EXPIRED = new Set(["ExpiredToken", "ExpiredTokenException", "RequestExpired"]);

/** Refusals with a status of 400 that are about the credentials, or ask to slow down. */
const FAILING = new Set([
  ...EXPIRED,
  "InvalidToken",
  "InvalidClientTokenId",
  "UnrecognizedClientException",
  "RequestTimeTooSkewed",
  "Throttling",
  "ThrottlingException",
  "RequestLimitExceeded",
  "SlowDown",
]);

/** Those of one instance, with the faults that are not one instance's alone. */
export function eventsOf(events: readonly TimelineEvent[], instanceId: string): TimelineEvent[] {
  return events.filter(({ Instance, Kind }) => Instance === instanceId || (Kind === "fault" && Instance === undefined));
}

/** Milliseconds since 1970. */
export function timeOf({ Time }: TimelineEvent): number {
  return Date.parse(Time);
}

export function isCall({ Kind }: TimelineEvent): boolean {
  return Kind === "call" || Kind === "refusal";
}

/**
 * A call that was refused, or that the service failed at. An answer like NoSuchKey is none: whoever got it was let in.
 */
export function isRefused({ Kind, Status = 0, Code = "" }: TimelineEvent): boolean {
  if (Kind !== "refusal") return false;
  return Status === 401 || Status === 403 || Status === 429 || Status >= 500 || FAILING.has(Code);
}

export function isExpiredCall(event: TimelineEvent): boolean {
  return event.Kind === "refusal" && EXPIRED.has(event.Code ?? "");
}

/** The keys of a generation reached the application. */
export function isFetch({ Kind, Status, Generation }: TimelineEvent): boolean {
  return Kind === "metadata" && Status === 200 && Generation !== undefined;
}

/** What goes wrong outside the application: a fault that begins or acts, a metadata request that the service fails. */
export function isTrouble({ Kind, Status, Code }: TimelineEvent): boolean {
  if (Kind === "metadata") return Status === undefined || Status === 429 || Status >= 500;
  return Kind === "fault" && (Code === "began" || Code === "acted");
}
