// The trail: management events as CloudTrail records them. What is not a management event is refused entry; object
// calls stand in the timeline only, as LookupEvents shows none.
// https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html
import type { Principal } from "@rolemint/authority";
import { wholeSeconds } from "@rolemint/host";
import type { Ids } from "./ids.ts";
import { isDatabaseError, type Store } from "./store.ts";
import { lookUp, type TrailEvent, type TrailQuery } from "./trail-query.ts";

/** The facts of one call, before they are put into CloudTrail's form. */
export interface ManagementCall {
  readonly time: number;
  readonly region: string;
  readonly accountId: string;
  readonly eventSource: string;
  readonly eventName: string;
  readonly readOnly: boolean;
  readonly identity: object;
  /** `Username` of LookupEvents. */
  readonly userName?: string | undefined;
  readonly accessKeyId?: string | undefined;
  readonly sourceIp: string;
  readonly userAgent: string;
  readonly requestId: string;
  readonly requestParameters?: object | undefined;
  readonly responseElements?: object | undefined;
  readonly additionalEventData?: object | undefined;
  readonly errorCode?: string | undefined;
  readonly errorMessage?: string | undefined;
  readonly resources?: readonly { readonly type: string; readonly arn: string }[] | undefined;
  readonly sharedEventId?: string | undefined;
}

const NINETY_DAYS = 90 * 86_400_000;

export interface Trail {
  /** Inside the transaction of the change that it records. */
  add(call: ManagementCall): void;
  /** A read: recorded with others, soon, and before anyone looks. */
  later(call: ManagementCall): void;
  /** Writes what `later` holds. */
  flush(): void;
  /** Newest first. */
  lookUp(query: TrailQuery): TrailEvent[];
  count(): number;
  clear(): void;
  /** Writes what `later` holds; what comes after is not recorded. */
  close(): void;
}

/** How many events are added between two times of forgetting what is too old to be shown. */
const PRUNE_EVERY = 1000;
/** How many reads wait to be recorded while the disk is full; the oldest go first. */
const WAITING_BOUND = 10_000;

/** `now` is the world's clock: only the last 90 days are shown. */
export function openTrail(store: Store, ids: Ids, now: () => number): Trail {
  store.db.exec(`CREATE TABLE IF NOT EXISTS trail (id INTEGER PRIMARY KEY AUTOINCREMENT, time INTEGER NOT NULL,
    event_id TEXT, event_name TEXT, event_source TEXT, read_only TEXT, user_name TEXT, access_key_id TEXT,
    resources TEXT, record TEXT NOT NULL)`);
  store.db.exec("CREATE INDEX IF NOT EXISTS trail_time ON trail (time, id)");
  const insert = store.db.prepare(`INSERT INTO trail
    (time, event_id, event_name, event_source, read_only, user_name, access_key_id, resources, record)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`);
  const prune = store.db.prepare("DELETE FROM trail WHERE time < ?");
  let waiting: { readonly call: ManagementCall; readonly eventId: string }[] = [];
  let isPlanned = false;
  let added = 0;
  let isOpen = true;
  function insertCall(call: ManagementCall, eventId: string): void {
    const resources = (call.resources ?? []).map(({ type, arn }) => ({ ResourceType: type, ResourceName: arn }));
    if (++added % PRUNE_EVERY === 0) prune.run(now() - NINETY_DAYS);
    insert.run(
      wholeSeconds(call.time),
      eventId,
      call.eventName,
      call.eventSource,
      String(call.readOnly),
      call.userName ?? null,
      call.accessKeyId ?? null,
      JSON.stringify(resources),
      JSON.stringify(recordOf(call, eventId)),
    );
  }

  /** Nobody waits for it, so what a full disk refuses stays for the next time. */
  function flushSoon(): void {
    isPlanned = false;
    try {
      trail.flush();
    } catch (error) {
      if (!isDatabaseError(error)) throw error;
    }
  }

  const trail: Trail = {
    later(call) {
      if (!isOpen) return;
      waiting.push({ call, eventId: ids.uuid() });
      if (!isPlanned) setImmediate(flushSoon);
      isPlanned = true;
    },
    flush() {
      if (waiting.length === 0) return;
      waiting = waiting.slice(-WAITING_BOUND);
      store.transaction(() => waiting.forEach(({ call, eventId }) => void insertCall(call, eventId)));
      waiting = [];
    },
    add: (call) => insertCall(call, ids.uuid()),
    lookUp(query) {
      trail.flush();
      return lookUp(store, query, now() - NINETY_DAYS);
    },
    count: () => (store.db.prepare("SELECT count(*) AS n FROM trail").get() as { n: number }).n,
    clear() {
      waiting = [];
      store.db.exec("DELETE FROM trail");
    },
    close() {
      isOpen = false;
      flushSoon();
    },
  };
  return trail;
}

/** The record as CloudTrail writes it; null stands where it writes null. */
function recordOf(call: ManagementCall, eventId: string): object {
  return {
    eventVersion: "1.11",
    userIdentity: call.identity,
    eventTime: isoSeconds(call.time),
    eventSource: call.eventSource,
    eventName: call.eventName,
    awsRegion: call.region,
    sourceIPAddress: call.sourceIp,
    userAgent: call.userAgent,
    ...(call.errorCode && { errorCode: call.errorCode, errorMessage: call.errorMessage }),
    requestParameters: call.requestParameters ?? null,
    responseElements: call.responseElements ?? null,
    ...(call.additionalEventData && { additionalEventData: call.additionalEventData }),
    requestID: call.requestId,
    eventID: eventId,
    readOnly: call.readOnly,
    ...(call.resources?.length && {
      resources: call.resources.map(({ type, arn }) => ({ accountId: call.accountId, type, ARN: arn })),
    }),
    eventType: "AwsApiCall",
    managementEvent: true,
    recipientAccountId: call.accountId,
    ...(call.sharedEventId && { sharedEventID: call.sharedEventId }),
    eventCategory: "Management",
  };
}

/** `userIdentity` of a signed call. */
export function userIdentityOf(principal: Principal): object {
  const { Type, AccountId, Arn, UserId, AccessKeyId } = principal;
  switch (Type) {
    case "Account":
      return { type: "Root", principalId: AccountId, arn: Arn, accountId: AccountId, accessKeyId: AccessKeyId };
    case "User": {
      const { UserName } = principal;
      return {
        type: "IAMUser",
        principalId: UserId,
        arn: Arn,
        accountId: AccountId,
        accessKeyId: AccessKeyId,
        userName: UserName,
      };
    }
    case "AssumedRole":
      return {
        type: "AssumedRole",
        principalId: UserId,
        arn: Arn,
        accountId: AccountId,
        accessKeyId: AccessKeyId,
        sessionContext: sessionContextOf(principal),
      };
  }
}

function sessionContextOf(principal: Principal): object {
  return {
    sessionIssuer: {
      type: "Role",
      principalId: principal.RoleId,
      arn: principal.PrincipalArn,
      accountId: principal.AccountId,
      userName: principal.RoleName,
    },
    webIdFederationData: {},
    attributes: { creationDate: isoSeconds(principal.IssuedAt ?? 0), mfaAuthenticated: "false" },
    ...(principal.SourceIdentity && { sourceIdentity: principal.SourceIdentity }),
    ...(principal.Delivery && { ec2RoleDelivery: principal.Delivery }),
  };
}

/** `Username` of LookupEvents: the user's name, the session's name, or root. */
export function userNameOf(principal: Principal): string {
  switch (principal.Type) {
    case "Account":
      return "root";
    case "User":
      return principal.UserName ?? "";
    case "AssumedRole":
      return principal.SessionName ?? "";
  }
}

/** `2026-11-23T05:30:00Z` */
export function isoSeconds(time: number): string {
  const second = wholeSeconds(time);
  if (second !== written.second) written = { second, text: `${new Date(second).toISOString().slice(0, 19)}Z` };
  return written.text;
}

/** The second that was written last: what is recorded together is of the same one. */
let written = { second: 0, text: "1970-01-01T00:00:00Z" };

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** `Nov 23, 2026, 5:30:00 AM`: how CloudTrail writes an expiry inside responseElements. */
export function trailExpiration(time: number): string {
  const date = new Date(time);
  const hour = date.getUTCHours() % 12 || 12;
  const [minutes, seconds] = [date.getUTCMinutes(), date.getUTCSeconds()].map((n) => String(n).padStart(2, "0"));
  const half = date.getUTCHours() < 12 ? "AM" : "PM";
  const day = `${MONTHS[date.getUTCMonth()]} ${date.getUTCDate()}, ${date.getUTCFullYear()}`;
  return `${day}, ${hour}:${minutes}:${seconds} ${half}`;
}
