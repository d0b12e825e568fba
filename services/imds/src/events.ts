// What the metadata service tells the world of a request.
import type { EventRecord, InstanceView } from "@rolemint/authority";
import { header } from "@rolemint/wire/http";
import type { Answer, Sent } from "./answer.ts";
import { TOKEN_HEADER } from "./gate.ts";
import type { MetadataRequest } from "./request.ts";

/** Longest path and user agent that an event keeps. */
const TEXT_BOUND = 512;

/**
 * `Action` is the version of the metadata service that was asked: v2 with a token or for one, else v1. `sent` is how
 * much of the answer reached the client: a status that it never saw is not told, nor keys that it did not get whole.
 */
export function metadataEvent(
  request: MetadataRequest,
  view: InstanceView | undefined,
  answer: Answer,
  now: number,
  sent: Sent = "whole",
): EventRecord {
  const isSeen = sent !== "nothing" && answer.wire?.do !== "reset" && answer.wire?.do !== "hang";
  const given = sent === "whole" ? answer.given : undefined;
  const isSecond = request.method === "PUT" || header(request, TOKEN_HEADER) !== undefined;
  return {
    Time: now,
    Kind: "metadata",
    Instance: view?.InstanceId,
    Path: request.target.slice(0, TEXT_BOUND),
    Action: isSecond ? "v2" : "v1",
    Status: isSeen ? answer.status : undefined,
    Generation: given?.generation,
    AccessKeyId: given?.accessKeyId,
    UserAgent: header(request, "user-agent")?.slice(0, TEXT_BOUND),
  };
}
