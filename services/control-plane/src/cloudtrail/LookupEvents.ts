// Management events of the last 90 days, newest first. Object calls on S3 are data events and never show here.
// https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_LookupEvents.html
import { integer, list, oneOf, required, string, struct, timestamp } from "@rolemint/wire";
import type { TrailEvent } from "@rolemint/world";
import { action } from "./action.ts";

const AttributeKey = oneOf(
  "EventId",
  "EventName",
  "ReadOnly",
  "Username",
  "ResourceType",
  "ResourceName",
  "EventSource",
  "AccessKeyId",
);

const Event = struct({
  EventId: string(),
  EventName: string(),
  ReadOnly: string(),
  AccessKeyId: string(),
  EventTime: timestamp(),
  EventSource: string(),
  Username: string(),
  Resources: list(struct({ ResourceType: string(), ResourceName: string() })),
  CloudTrailEvent: string(),
});

export const LookupEvents = action({
  name: "LookupEvents",
  input: struct(
    {
      LookupAttributes: list(
        struct({ AttributeKey: required(AttributeKey), AttributeValue: required(string({ min: 1, max: 2000 })) }),
      ),
      StartTime: timestamp(),
      EndTime: timestamp(),
      MaxResults: integer(),
      NextToken: string(),
    },
    ["EventCategory"],
  ),
  output: struct({ Events: list(Event), NextToken: string() }),
  errors: [
    "InvalidLookupAttributesException",
    "InvalidMaxResultsException",
    "InvalidNextTokenException",
    "InvalidTimeRangeException",
  ],
  needs: () => [{ action: "cloudtrail:LookupEvents", resource: "*" }],
  handle({ world, input, fail }) {
    const { LookupAttributes = [], StartTime: from, EndTime: to, MaxResults = 50, NextToken } = input;
    if (MaxResults < 1 || MaxResults > 50) {
      throw fail("InvalidMaxResultsException", "This exception is thrown if the limit specified is not valid.");
    }
    if (LookupAttributes.length > 1) {
      throw fail("InvalidLookupAttributesException", "Only one lookup attribute can be specified.");
    }
    if (from !== undefined && to !== undefined && from > to) {
      throw fail("InvalidTimeRangeException", "The start time must be before the end time.");
    }
    const asked = JSON.stringify([LookupAttributes, from ?? null, to ?? null]);
    const before = NextToken === undefined ? undefined : placeOf(NextToken, asked);
    if (NextToken !== undefined && before === undefined) {
      const text = "Invalid token or a token that was previously used in a request with different parameters.";
      throw fail("InvalidNextTokenException", text);
    }
    const [first] = LookupAttributes;
    const attribute = first && { key: first.AttributeKey, value: first.AttributeValue };
    const events = world.trail.lookUp({ attribute, from, to, before, limit: MaxResults + 1 });
    const shown = events.slice(0, MaxResults);
    const isEnd = events.length === shown.length;
    return { Events: shown.map(view), NextToken: isEnd ? undefined : tokenOf(shown.at(-1)!.id, asked) };
  },
});

function view(event: TrailEvent) {
  return {
    EventId: event.eventId,
    EventName: event.eventName,
    ReadOnly: event.readOnly,
    AccessKeyId: event.accessKeyId,
    EventTime: event.time,
    EventSource: event.eventSource,
    Username: event.userName,
    Resources: [...event.resources],
    CloudTrailEvent: event.record,
  };
}

/** A token holds the place and the parameters that it is good for. */
function tokenOf(id: number, asked: string): string {
  return Buffer.from(JSON.stringify([id, asked])).toString("base64");
}

function placeOf(token: string, asked: string): number | undefined {
  try {
    const [id, given] = JSON.parse(Buffer.from(token, "base64").toString()) as unknown[];
    return given === asked && Number.isSafeInteger(id) ? (id as number) : undefined;
  } catch {
    return undefined;
  }
}
