// @rolemint/jest: an EC2 instance with a role for each test, in the test's own process.
export type {
  App,
  Credentials,
  Duration,
  Entered,
  Fault,
  FaultOptions,
  InstanceOptions,
  Lab,
  LabOptions,
  Policy,
  RolemintMatchers,
  Rotation,
  TimelineEvent,
  WorldClock,
} from "./api.ts";
export {
  assertAssumedRole,
  assertCalledMetadata,
  assertNoExpiredCalls,
  assertNoRefusals,
  assertRecovers,
  assertRefreshed,
  assertUsedGeneration,
  type MatcherResult,
  matchers,
} from "./matchers.ts";
export { startRolemint } from "./start.ts";
