// What `GET /health` says, without a token: how each part is.
import { described, integer, list, oneOf, required, string, struct } from "@rolemint/wire";

const Part = required(oneOf("ok", "away"));

export const Health = struct({
  status: required(oneOf("ok", "degraded")),
  version: required(described(string(), "of rolemint")),
  parts: required(struct({ "control-plane": Part, imds: Part, "s3-authorizer": Part })),
  dataPlanes: required(described(list(string()), "those that follow the world")),
  eventsDropped: required(described(integer(), "events that never came into the timeline")),
});
