// Looking events of the trail up, as LookupEvents does: by time and by one attribute, a page at a time.
// https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_LookupEvents.html
import type { Store } from "./store.ts";

/** An event as LookupEvents gives it. */
export interface TrailEvent {
  readonly id: number;
  readonly time: number;
  readonly eventId: string;
  readonly eventName: string;
  readonly eventSource: string;
  readonly readOnly: string;
  readonly userName?: string;
  readonly accessKeyId?: string;
  readonly resources: readonly { readonly ResourceType: string; readonly ResourceName: string }[];
  readonly record: string;
}

export interface TrailQuery {
  readonly attribute?: { readonly key: TrailAttribute; readonly value: string } | undefined;
  readonly from?: number | undefined;
  readonly to?: number | undefined;
  /** Events older than this id: how a next page goes on. */
  readonly before?: number | undefined;
  readonly limit: number;
}

export type TrailAttribute =
  | "EventId"
  | "EventName"
  | "ReadOnly"
  | "Username"
  | "ResourceType"
  | "ResourceName"
  | "EventSource"
  | "AccessKeyId";

const COLUMN_OF = {
  EventId: "event_id",
  EventName: "event_name",
  ReadOnly: "read_only",
  Username: "user_name",
  EventSource: "event_source",
  AccessKeyId: "access_key_id",
} as const;

/** Newest first, none older than `oldest`. */
export function lookUp(store: Store, query: TrailQuery, oldest: number): TrailEvent[] {
  const conditions = ["time >= ?"];
  const values: (string | number)[] = [Math.max(oldest, query.from ?? oldest)];
  const demand = (condition: string, value: string | number | undefined) => {
    if (value === undefined) return;
    conditions.push(condition);
    values.push(value);
  };
  demand("time <= ?", query.to);
  const { attribute } = query;
  if (attribute?.key === "ResourceType" || attribute?.key === "ResourceName") {
    const inside = `EXISTS (SELECT 1 FROM json_each(resources) WHERE value ->> '${attribute.key}' = ?)`;
    demand(inside, attribute.value);
  } else if (attribute) {
    demand(`${COLUMN_OF[attribute.key]} = ?`, attribute.value);
  }
  if (query.before !== undefined) {
    conditions.push("(time, id) < (SELECT time, id FROM trail WHERE id = ?)");
    values.push(query.before);
  }
  const sql = `SELECT * FROM trail WHERE ${conditions.join(" AND ")} ORDER BY time DESC, id DESC LIMIT ?`;
  return store.db
    .prepare(sql)
    .all(...values, query.limit)
    .map(eventOf);
}

function eventOf(row: Record<string, unknown>): TrailEvent {
  return {
    id: row.id as number,
    time: row.time as number,
    eventId: row.event_id as string,
    eventName: row.event_name as string,
    eventSource: row.event_source as string,
    readOnly: row.read_only as string,
    ...(row.user_name !== null && { userName: row.user_name as string }),
    ...(row.access_key_id !== null && { accessKeyId: row.access_key_id as string }),
    resources: JSON.parse(row.resources as string) as TrailEvent["resources"],
    record: row.record as string,
  };
}
