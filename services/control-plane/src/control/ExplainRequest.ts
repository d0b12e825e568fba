import { breathe } from "@rolemint/host/schedule";
import { boolean, described, integer, list, oneOf, required, string, struct, timestamp } from "@rolemint/wire";
import { explainRefusal, requestFacts } from "../explain/explain.ts";
import { ControlError, controlAction } from "./action.ts";

const Text = required(string());

const Signature = struct({
  IsGood: required(boolean()),
  Sentence: Text,
  CanonicalRequest: described(string(), "as the server computed it; a token in it is shown as its length and hash"),
  StringToSign: string(),
  Mistakes: described(list(string()), "what, done by the signer, gives the signature that was sent"),
  Partings: described(
    list(struct({ Part: Text, Expected: Text, Signed: Text })),
    "where the server's and the signer's canonical requests differ",
  ),
});

const Clocks = struct({
  Signed: required(timestamp()),
  Expires: described(timestamp(), "end of a presigned URL"),
  KeyExpires: timestamp(),
  WorldClock: required(timestamp()),
  HostClock: required(timestamp()),
  IsStrict: required(described(boolean(), "only the world's clock counts for signatures")),
  Sentence: described(string(), "what is wrong with the time; absent when nothing is"),
});

const Condition = struct({
  Operator: Text,
  Key: Text,
  Wanted: required(list(string())),
  Given: required(list(string())),
});

const Decision = struct({
  Action: Text,
  Resource: Text,
  Effect: required(oneOf("explicitDeny", "implicitDeny")),
  Missing: described(string(), "the kind of policy that should have allowed"),
  Policies: required(
    list(
      struct({
        Kind: Text,
        Name: Text,
        Unreadable: string(),
        Statements: required(
          list(
            struct({
              Index: required(integer()),
              Sid: string(),
              Effect: required(oneOf("Allow", "Deny")),
              Result: required(
                oneOf("decides", "matches", "other-principal", "other-action", "other-resource", "condition-fails"),
              ),
              Conditions: required(described(list(Condition), "those that failed")),
            }),
          ),
        ),
        Others: required(described(integer(), "statements of which nothing is said")),
      }),
    ),
  ),
});

/** Of the refusals that are kept in memory; of what was granted, and of older refusals, what the timeline has. */
export const ExplainRequest = controlAction({
  name: "ExplainRequest",
  says:
    "Why a request was refused: by its signature (and what its signer did otherwise), a clock, its key, or the " +
    "policies, each with the statement that decided or the condition that failed. Never a secret.",
  input: struct({ RequestId: required(string({ max: 128 })) }),
  output: struct({
    RequestId: Text,
    Time: required(timestamp()),
    Outcome: required(oneOf("refused", "granted")),
    Why: required(described(string(), "one sentence")),
    Instance: string(),
    InstanceName: string(),
    Generation: integer(),
    AccessKeyId: string(),
    Principal: described(string(), "ARN"),
    Service: string(),
    Action: string(),
    Resource: string(),
    Method: string(),
    Target: string(),
    Status: integer(),
    Code: string(),
    Message: string(),
    UserAgent: string(),
    Signature,
    Clocks,
    Decision,
    Faults: described(list(struct({ Name: Text, Id: string() })), "faults that acted on this request"),
  }),
  async handle({ RequestId }, { world, flushEvents }) {
    await flushEvents();
    const { events } = await world.timeline.search({ requestId: RequestId, limit: 100 }, breathe);
    const faults = events.filter(({ Kind }) => Kind === "fault");
    const kept = world.refusals.find(RequestId);
    if (kept) return explainRefusal(world, kept, faults);
    const event = events.find(({ Kind }) => Kind === "call" || Kind === "refusal");
    if (!event) {
      const text = `no request ${RequestId} is known: ${world.refusals.keeping}, and the timeline's newest events`;
      throw new ControlError("NotFound", text);
    }
    const { Kind, Code = "" } = event;
    if (Kind === "call") return { ...requestFacts(world, event), Outcome: "granted" as const, Why: "it was granted" };
    const Why = `it was refused as ${Code}; its details are no longer kept: ${world.refusals.keeping}`;
    return { ...requestFacts(world, event), Outcome: "refused" as const, Why };
  },
});
