// CloudTrail's `action`: the error codes of LookupEvents, all 400.
// https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_LookupEvents.html#API_LookupEvents_Errors
import { actionsOf } from "../action.ts";

export const action = actionsOf({
  InvalidLookupAttributesException: 400,
  InvalidMaxResultsException: 400,
  InvalidNextTokenException: 400,
  InvalidTimeRangeException: 400,
});
