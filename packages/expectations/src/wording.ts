// An event in words, for all who show one: what happened, and how it ended. Who shows them cuts them to its columns.
import type { TimelineEvent } from "./event.ts";

/** It may be long, and holds what clients sent as they sent it. */
export function whatOf({ Kind, Service, Action, Path, Resource, Message, Code }: TimelineEvent): string {
  switch (Kind) {
    case "metadata":
      return `${Action === "v1" ? "(v1) " : ""}${Path ?? ""}`;
    case "issue":
      return `credentials of ${Resource?.split("/").at(-1) ?? "its role"}`;
    case "call":
    case "refusal":
      return joined(" ", [Service, Action, Resource?.replace(/^arn:aws:s3:::/, "")]);
    case "fault":
      return joined(" ", [Action, Resource, Message]);
    case "warning":
      return joined(": ", [Code, Message]);
  }
}

/** Status and code of an answer, or what became of a fault. */
export function outcomeOf({ Kind, Status, Code }: TimelineEvent): string {
  if (Kind === "warning") return "";
  if (Kind === "metadata" && Status === undefined) return "no answer";
  return joined(" ", [Status, Code]);
}

function joined(by: string, parts: readonly (string | number | undefined)[]): string {
  return parts.filter((part) => part !== undefined && part !== "").join(by);
}
