// The faults that change the world, in the order of the catalogue.
import { clockSkewClient } from "./clock.skew-client.ts";
import { clockSkewServer } from "./clock.skew-server.ts";
import { clockSleepResume } from "./clock.sleep-resume.ts";
import { credsExpireNow } from "./creds.expire-now.ts";
import { credsNoOverlapHerd } from "./creds.no-overlap-herd.ts";
import { credsRotateEarly } from "./creds.rotate-early.ts";
import { imdsShortTtl } from "./imds.short-ttl.ts";
import { imdsStaleServe } from "./imds.stale-serve.ts";
import { imdsWrongRole } from "./imds.wrong-role.ts";
import type { WorldKind } from "./kind.ts";
import { roleDetach } from "./role.detach.ts";
import { rolePolicyChange } from "./role.policy-change.ts";
import { roleRecreate } from "./role.recreate.ts";
import { roleRevokeSessions } from "./role.revoke-sessions.ts";
import { roleSwap } from "./role.swap.ts";

export const WORLD_KINDS: ReadonlyMap<string, WorldKind> = new Map(
  [
    imdsStaleServe,
    imdsShortTtl,
    imdsWrongRole,
    roleSwap,
    roleDetach,
    rolePolicyChange,
    roleRevokeSessions,
    roleRecreate,
    credsExpireNow,
    credsRotateEarly,
    credsNoOverlapHerd,
    clockSkewServer,
    clockSkewClient,
    clockSleepResume,
  ].map((kind) => [kind.name, kind]),
);
