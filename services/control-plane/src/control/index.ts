// The actions of our own API: what AWS has no API for.

import { ApplyConfig } from "./ApplyConfig.ts";
import type { ControlAction } from "./action.ts";
import { AdvanceClock, SetClock } from "./clock.ts";
import { DescribeWorld } from "./DescribeWorld.ts";
import { ExpireCredentials } from "./ExpireCredentials.ts";
import { ExplainRequest } from "./ExplainRequest.ts";
import { ListEvents } from "./events.ts";
import { ListFaults } from "./ListFaults.ts";
import { ListInstances } from "./ListInstances.ts";
import { DeleteFault, PutFault } from "./PutFault.ts";
import { PutPreset } from "./PutPreset.ts";
import { Reset } from "./Reset.ts";
import { RotateCredentials } from "./RotateCredentials.ts";
import { SetRotation } from "./SetRotation.ts";

export const CONTROL_ACTIONS: ReadonlyMap<string, ControlAction> = new Map(
  [
    AdvanceClock,
    ApplyConfig,
    DeleteFault,
    DescribeWorld,
    ExpireCredentials,
    ExplainRequest,
    ListEvents,
    ListFaults,
    ListInstances,
    PutFault,
    PutPreset,
    Reset,
    RotateCredentials,
    SetClock,
    SetRotation,
  ].map((action) => [action.name, action]),
);
