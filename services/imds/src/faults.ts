// Faults at the metadata service: which of them a request meets, and the answer that they make of it. What is done on
// the wire itself (a reset, a slow body) goes with the answer, and sending.ts does it.
import type { Socket } from "node:net";
import type { InstanceView } from "@rolemint/authority";
import type { AskedMetadata, Injector, MetadataDeed } from "@rolemint/faults";
import { header } from "@rolemint/wire/http";
import { type Answer, type Ending, refusal, withBody } from "./answer.ts";
import { TOKEN_HEADER } from "./gate.ts";
import { askedPath, type MetadataRequest } from "./request.ts";

const ROLES = "meta-data/iam/security-credentials";

/** What of a request the faults look at. */
function askedOf(request: MetadataRequest, view: InstanceView, socket: Socket, now: number): AskedMetadata {
  const { method } = request;
  const path = askedPath(request.target)?.path ?? "";
  return {
    method,
    path,
    step: stepOf(method, path),
    token: header(request, TOKEN_HEADER),
    family: socket.remoteFamily === "IPv6" && !socket.remoteAddress?.startsWith("::ffff:") ? "IPv6" : "IPv4",
    now,
    view,
  };
}

function stepOf(method: string, path: string): AskedMetadata["step"] {
  if (method === "PUT") return path === "latest/api/token" ? "token" : "other";
  if (method !== "GET" && method !== "HEAD") return "other";
  const below = path.slice(path.indexOf("/") + 1);
  if (below === ROLES) return "roles";
  return below.startsWith(`${ROLES}/`) ? "credentials" : "other";
}

/** In which order deeds are done: what breaks the connection counts more than what is said over it. */
const RANKS: Readonly<Record<MetadataDeed["do"], number>> = {
  view: 0,
  answer: 1,
  rewrite: 2,
  pace: 3,
  cut: 4,
  hang: 5,
  reset: 5,
};

/** The answer under the faults that act: `answer` gives the one of a request and a view. */
export function faulted(
  injector: Injector,
  request: MetadataRequest,
  view: InstanceView,
  socket: Socket,
  now: number,
  answer: (request: MetadataRequest, view: InstanceView) => Answer,
): Answer {
  const asked = askedOf(request, view, socket, now);
  const deeds = injector.metadata(asked, view.Name);
  if (deeds.length === 0) return answer(request, view);
  const shown = deeds.reduce((seen, deed) => (deed.do === "view" ? mergedView(seen, view, deed.view) : seen), view);
  // A HEAD is answered with the headers of the GET under the same deeds, so their body has to be there to be measured.
  const isHead = request.method === "HEAD";
  const usual = answer(isHead ? { ...request, method: "GET" } : request, shown);
  const ranked = deeds.toSorted((one, other) => RANKS[one.do] - RANKS[other.do]);
  const made = ranked.reduce((sofar, deed) => underDeed(sofar, deed, { now, isKept: usual.isKept }), usual);
  return isHead ? { ...made, body: "", given: undefined } : made;
}

/** Each deed changes the view as it was; what it left alone stays as the deeds before made it. */
function mergedView(seen: InstanceView, original: InstanceView, changed: InstanceView): InstanceView {
  if (seen === original) return changed;
  const own = Object.entries(changed).filter(([name, value]) => original[name as keyof InstanceView] !== value);
  return { ...seen, ...Object.fromEntries(own) };
}

function underDeed(answer: Answer, deed: MetadataDeed, ending: Ending): Answer {
  switch (deed.do) {
    case "view":
      return answer;
    case "answer":
      return refusal(deed.status, ending);
    case "rewrite":
      return answer.status === 200 ? withBody(answer, deed.rewrite) : answer;
    default:
      // What is paced may arrive: whose keys it gives is told when it has been sent.
      return { ...answer, given: deed.do === "pace" ? answer.given : undefined, wire: deed };
  }
}
