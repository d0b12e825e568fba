// The metadata service as one pure function from a request to its exact answer. It knows no socket; the lines of
// `decide` are EC2's order of checks.
import type { InstanceView } from "@rolemint/authority";
import type { Entropy } from "@rolemint/host";
import { header } from "@rolemint/wire/http";
import type { Answer, Ending } from "./answer.ts";
import * as answers from "./answer.ts";
import { readerOf, tokenEndpoint } from "./gate.ts";
import { askedPath, asksToKeep, type MetadataRequest } from "./request.ts";
import { type Shown, shownOf } from "./shown.ts";

/**
 * Answers one request to the instance of `view`, or to a caller that is no instance. `now` is world time in
 * milliseconds; `entropy` gives a token its nonce.
 */
export function respond(
  request: MetadataRequest,
  view: InstanceView | undefined,
  now: number,
  entropy: Entropy,
): Answer {
  const answer = decide(request, shownOf(view), { now, isKept: asksToKeep(request) }, entropy);
  return request.method === "HEAD" ? { ...answer, body: "", given: undefined } : answer;
}

/** What is said when nobody can tell what the instance's metadata is. */
export function respondUnavailable(request: MetadataRequest, now: number): Answer {
  const answer = answers.unavailable({ now, isKept: asksToKeep(request) });
  return request.method === "HEAD" ? { ...answer, body: "" } : answer;
}

function decide(request: MetadataRequest, shown: Shown, ending: Ending, entropy: Entropy): Answer {
  const { method } = request;
  const asked = askedPath(request.target);

  if (shown.isDisabled) return answers.disabled(ending);
  if (header(request, "expect") !== undefined) return answers.expectationFailed(ending);
  // Only here does a final slash matter: with it, and under a dated root, the path is no token endpoint.
  if (asked?.path === "latest/api/token" && !asked.hasFinalSlash) {
    return tokenEndpoint(request, shown, ending, entropy);
  }
  if (method === "PUT") return answers.forbidden(ending);
  if (method !== "GET" && method !== "HEAD") return answers.notAllowed("GET, HEAD", ending);

  const reader = readerOf(request, shown, ending.now);
  if (!reader) return answers.unauthorized(ending);
  const page = asked && shown.page(asked.path, reader.delivery);
  if (!page) return answers.notFound(reader.ttlSeconds, ending);
  return answers.found(page, shown.lastModified, reader.ttlSeconds, ending);
}
