// The actions of our own API: what AWS has no API for.

import { ApplyConfig } from "./ApplyConfig.ts";
import type { ControlAction } from "./action.ts";
import { AdvanceClock, SetClock } from "./clock.ts";
import { DescribeWorld } from "./DescribeWorld.ts";
import { ExpireCredentials } from "./ExpireCredentials.ts";
import { ListEvents } from "./events.ts";
import { ListInstances } from "./ListInstances.ts";
import { Reset } from "./Reset.ts";
import { RotateCredentials } from "./RotateCredentials.ts";
import { SetRotation } from "./SetRotation.ts";

export const CONTROL_ACTIONS: ReadonlyMap<string, ControlAction> = new Map(
  [
    AdvanceClock,
    ApplyConfig,
    DescribeWorld,
    ExpireCredentials,
    ListEvents,
    ListInstances,
    Reset,
    RotateCredentials,
    SetClock,
    SetRotation,
  ].map((action) => [action.name, action]),
);

/** Actions that are described and not there yet. */
export const LATER: ReadonlySet<string> = new Set(["PutFault", "DeleteFault", "ListFaults", "ExplainRequest"]);
