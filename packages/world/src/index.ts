// The world: accounts and their state, sessions, rotation, trail, timeline.
export { checkParameters, type Description } from "@rolemint/faults";
export type { Account } from "./accounts.ts";
export { ec2Arn, iamArn, parseArn, rootArn, sessionArn } from "./arn.ts";
export { localAuthority } from "./authority.ts";
export { idOfPrincipal, principalIdsOf, strangerIn } from "./bound-principals.ts";
export { newBucket, withPolicy } from "./buckets.ts";
export type { ClientState } from "./faults/attached.ts";
export type { Faults } from "./faults/book.ts";
export { type Preset, presets, putPreset } from "./faults/presets.ts";
export {
  beginIn,
  boundText,
  describedFaults,
  descriptionOf,
  FaultProblem,
} from "./faults/request.ts";
export { type Topology, topologyProblem } from "./faults/topology.ts";
export { scheduleOf } from "./generations.ts";
export { mergeTags } from "./identify.ts";
export { accountOf, type Ids } from "./ids.ts";
export { architectureOf, viewOf } from "./instance-view.ts";
export {
  addInstance,
  addInstanceProfile,
  associate,
  attachProfile,
  detachProfile,
  disassociate,
  instancesCalled,
  nameOf,
  networkOf,
  profileOf,
  runningInstances,
  terminate,
} from "./instances.ts";
export { awsManagedPolicies, managedPolicy } from "./managed-policies.ts";
export {
  encodeDocument,
  inlineCharacters,
  lengthWithoutSpace,
  MOST_INLINE_CHARACTERS,
  withInline,
  withoutInline,
} from "./policy-documents.ts";
export type { KeptRefusal } from "./refusals.ts";
export { PROFILES, type ProfileName, type Schedule, scheduleProblem } from "./rotation.ts";
export * from "./rows.ts";
export { MAX_TOKEN_BYTES, type Session } from "./sessions.ts";
export { isFullDisk, StateError } from "./store.ts";
export type { EventFilter, TimelineEvent } from "./timeline.ts";
export { trailExpiration, userIdentityOf, userNameOf } from "./trail.ts";
export type { TrailEvent } from "./trail-query.ts";
export { shownTrust, storedTrust } from "./trust.ts";
export { openWorld, type World } from "./world.ts";
