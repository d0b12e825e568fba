// The CloudTrail actions that are served.
import { listed } from "../action.ts";
import { LookupEvents } from "./LookupEvents.ts";

export const cloudtrailActions = listed(LookupEvents);
