// Presets: incidents that people had, as faults and moves of the clock that play them again. Each says what happened
// where, and what a client that is good at it does. A preset is put whole or not at all.
import type { Given } from "@rolemint/faults";
import { worldTimeProblem } from "@rolemint/host";
import type { Fault } from "../rows.ts";
import type { World } from "../world.ts";
import { descriptionOf, FaultProblem, type FaultRequest, targetOf } from "./request.ts";

type Step =
  | ({ readonly do: "fault" } & Omit<FaultRequest, "target" | "at"> & {
        /** When it begins, milliseconds from now; default 0. */
        readonly in?: number;
      })
  /** Moves the world's clock, everybody's, by milliseconds. */
  | { readonly do: "clock"; readonly by: number };

export interface Preset {
  /** The incident, in one sentence. */
  readonly replays: string;
  readonly goodClient: string;
  readonly steps: readonly Step[];
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

export const PRESETS = {
  "six-hours-later": {
    replays:
      "a service that read its credentials once works for six hours and then gets ExpiredToken for ever " +
      "(durch/rust-s3#163): the world moves on by 6h40m, past the end of whatever a program holds",
    goodClient: "fetches credentials anew before they expire, and once more when it is told that they have",
    steps: [{ do: "clock", by: 6 * HOUR + 40 * MINUTE }],
  },
  "imds-outage-30m": {
    replays:
      "the metadata service is away for half an hour while credentials are still good (aws/aws-sdk-java-v2#5247)",
    goodClient: "goes on with what it has, asks again with growing pauses, and recovers by itself",
    steps: [{ do: "fault", name: "imds.unreachable", for: 30 * MINUTE }],
  },
  "hop-limit-1": {
    replays:
      "in a container on a bridge the answer with the metadata token never arrives, since its hop limit is 1 " +
      "(awslabs/aws-c-auth#182)",
    goodClient: "gives up the token within a second or two and says what is wrong, rather than hang",
    steps: [{ do: "fault", name: "imds.hop-limit" }],
  },
  "imdsv2-enforced": {
    replays:
      "tokens become required, and requests without one get 401 (aws/aws-sdk-java#2640); made for instances whose " +
      "metadata tokens are optional, where they are required anyway nothing changes",
    goodClient: "fetches a token first, and does not notice",
    steps: [{ do: "fault", name: "imds.v2-only" }],
  },
  "role-swapped": {
    replays:
      "another instance profile is associated and a running program keeps asking for the old role's name " +
      "(aws/aws-sdk-net#3461, awslabs/aws-sdk-rust#384)",
    goodClient: "reads the role list at every refresh",
    steps: [{ do: "fault", name: "role.swap" }],
  },
  "mid-multipart": {
    replays:
      "the token expires between two parts of a long upload, and all that was uploaded is thrown away " +
      "(aws/aws-cli#4562, aws/aws-sdk-php#1895)",
    goodClient: "fetches new credentials and sends that part again, under the same upload id",
    steps: [{ do: "fault", name: "s3.expire-mid-multipart" }],
  },
  "presign-7d": {
    replays:
      "URLs presigned by an instance's role for seven days die after six hours, with its token " +
      "(aws/aws-sdk-ruby#1182, boto/botocore#2604): the world moves on by six hours",
    goodClient: "promises no more than its credentials' rest of life, or signs when it is asked",
    steps: [
      { do: "fault", name: "s3.presign-dies", given: { After: "6h" }, for: 168 * HOUR },
      { do: "clock", by: 6 * HOUR },
    ],
  },
  "kiam-15m": {
    replays:
      "a metadata proxy hands out sessions of 15 minutes, as short as some clients' refresh window: they fetch for " +
      "every call, or use them to the last second (kubernetes-retired/kube-aws#1386, uswitch/kiam#90)",
    goodClient: "takes a share of the lifetime for its window, and caches all the same",
    steps: [{ do: "fault", name: "imds.short-ttl", given: { Lifetime: "15m" }, for: 6 * HOUR }],
  },
  "herd-200": {
    replays:
      "everything on a host refreshes at the same second and runs into the metadata service's throttle " +
      "(aws/aws-sdk-net#1625, aws/amazon-ecs-agent#1231); made for many instances: Target all or role:NAME",
    goodClient: "spreads its refreshes, and backs off with jitter",
    steps: [
      { do: "fault", name: "creds.no-overlap-herd" },
      { do: "fault", name: "imds.throttle", given: { Rate: 100, Burst: 100, Scope: "shared" } },
    ],
  },
  "vm-woke-up": {
    replays:
      "a laptop or a virtual machine sleeps past the end of its credentials and goes on as if nothing had been " +
      "(techservicesillinois/awscli-login#12): the program is stopped for two seconds, in which seven hours pass",
    goodClient: "looks at the clock before it signs, not at a timer that it set",
    steps: [{ do: "fault", name: "clock.sleep-resume", given: { WakeAfter: "2s" }, for: 7 * HOUR }],
  },
  "revoked-after-leak": {
    replays:
      "somebody revokes a role's sessions after a leak: the same calls are refused with AccessDenied, not with " +
      "ExpiredToken",
    goodClient: "fetches new credentials on that as well, or fails in a way that somebody sees",
    steps: [{ do: "fault", name: "role.revoke-sessions" }],
  },
  "smithy-2117": {
    replays:
      "the metadata service hands out expired credentials, then 500, while services still take them: a client that " +
      "refuses to use them is down though AWS is not (smithy-lang/smithy-rs#2117)",
    goodClient:
      "uses what it has, asks again after minutes and not for every call, and leaves the judgement to the service",
    steps: [
      { do: "fault", name: "imds.expired-creds", given: { Accepted: true }, for: 30 * MINUTE },
      {
        do: "fault",
        name: "imds.5xx",
        given: { Step: "credentials", Status: "500" },
        in: 30 * MINUTE,
        for: 30 * MINUTE,
      },
    ],
  },
  "boot-before-role": {
    replays:
      "the program starts before the instance has its role: the role list is 404 for two minutes, and it never asks " +
      "again (ababaian/serratus#33, buildkite/elastic-ci-stack-for-aws#637)",
    goodClient: "asks again until there is a role, and does not remember that there was none",
    steps: [{ do: "fault", name: "imds.no-role", for: 2 * MINUTE }],
  },
} satisfies Record<string, Preset>;

export interface PresetRequest {
  readonly name: string;
  /** As of a fault. */
  readonly target: string;
  /** Over what the preset says, for those of its faults that have such a parameter. */
  readonly given: Given;
  /** Milliseconds of world time, for all of its faults that last. */
  readonly for: number | undefined;
}

export function presets(): [string, Preset][] {
  return Object.entries(PRESETS);
}

/** One change: throws FaultProblem, and then nothing has happened. Gives its faults in order. */
export function putPreset(world: World, { name, target, given, for: lasts }: PresetRequest): Fault[] {
  const preset: Preset | undefined = new Map(presets()).get(name);
  if (!preset) throw invalid(`there is no preset ${name}; there are ${Object.keys(PRESETS).join(", ")}`);
  const faults = preset.steps.filter((step) => step.do === "fault");
  const known = faults.flatMap(({ name: fault }) => Object.keys(descriptionOf(fault)?.parameters ?? {}));
  const unknown = Object.keys(given).find((parameter) => !known.includes(parameter));
  if (unknown !== undefined) {
    throw invalid(
      `${name}: there is no parameter ${unknown}; there ${known.length > 0 ? `are ${known.join(", ")}` : "is none"}`,
    );
  }
  if (lasts !== undefined && faults.every((step) => descriptionOf(step.name)?.acts === "once")) {
    throw invalid(`${name} is one act, which lasts: it takes no For`);
  }
  targetOf(world, target);
  return world.change(() =>
    preset.steps.flatMap((step) => {
      if (step.do === "fault") return world.faults.put(requestOf(world, step, target, given, lasts));
      const time = world.now() + step.by;
      const problem = worldTimeProblem(time);
      if (problem !== undefined) throw new FaultProblem("conflict", problem);
      world.setClock({ at: world.hostClock.now(), time, rate: world.clockLine().rate });
      return [];
    }),
  );
}

function requestOf(
  world: World,
  { do: _, in: later, given: own = {}, ...step }: Extract<Step, { do: "fault" }>,
  target: string,
  given: Given,
  lasts: number | undefined,
): FaultRequest {
  const { parameters = {}, acts } = descriptionOf(step.name) ?? {};
  const meant = Object.entries(given).filter(([name]) => Object.hasOwn(parameters, name));
  return {
    ...step,
    target,
    given: { ...own, ...Object.fromEntries(meant) },
    ...(later !== undefined && { at: world.now() + later }),
    ...(lasts !== undefined && acts !== "once" && { for: lasts }),
  };
}

function invalid(message: string): FaultProblem {
  return new FaultProblem("invalid", message);
}
