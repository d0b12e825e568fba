// Credentials live shortly, really and as stated, but are always there: each has a successor five minutes before its
// end, as AWS promises, or at half its life where it is too short for that.
// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instance-metadata-security-credentials.html
import { wholeSeconds } from "@rolemint/host";
import type { Schedule } from "../rotation.ts";
import { worldKind } from "./kind.ts";
import { LONGEST_SESSION_MS, renewAll } from "./renewing.ts";

const PROMISED_MS = 300_000;

export const imdsShortTtl = worldKind({
  name: "imds.short-ttl",
  row: "F15",
  says: "credentials are issued for a short lifetime",
  channel: "world",
  place: "rotation",
  acts: "while",
  parameters: {
    Lifetime: {
      type: "duration",
      min: 2000,
      max: LONGEST_SESSION_MS,
      fallback: 60_000,
      says: "how long a generation lives, from 2s to 12h",
    },
  },
  begin(acting) {
    renewAll(acting);
    return undefined;
  },
  schedule: ({ given: { Lifetime } }) => shortSchedule(Lifetime),
  end(acting) {
    renewAll(acting);
  },
});

function shortSchedule(lifetime: number): Schedule {
  const isLong = lifetime > 2 * PROMISED_MS;
  return { lifetime, renewEvery: isLong ? lifetime - PROMISED_MS : Math.max(wholeSeconds(lifetime / 2), 1000) };
}
