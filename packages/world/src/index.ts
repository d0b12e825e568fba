// The world: accounts and their state, sessions, rotation, trail, timeline.
export type { Account } from "./accounts.ts";
export { ec2Arn, iamArn, parseArn, rootArn, sessionArn } from "./arn.ts";
export { localAuthority } from "./authority.ts";
export { idOfPrincipal, principalIdsOf, strangerIn } from "./bound-principals.ts";
export { newBucket, withPolicy } from "./buckets.ts";
export { liveKeys } from "./generations.ts";
export { mergeTags } from "./identify.ts";
export { accountOf, type Ids } from "./ids.ts";
export { architectureOf, viewOf } from "./instance-view.ts";
export {
  addInstance,
  associate,
  disassociate,
  instancesCalled,
  nameOf,
  networkOf,
  profileOf,
  runningInstances,
  terminate,
} from "./instances.ts";
export { awsManagedPolicies, managedPolicy } from "./managed-policies.ts";
export { PROFILES, type ProfileName, type Schedule, scheduleProblem } from "./rotation.ts";
export * from "./rows.ts";
export { MAX_TOKEN_BYTES, type Session } from "./sessions.ts";
export { StateError } from "./store.ts";
export type { TimelineEvent } from "./timeline.ts";
export { type TrailEvent, trailExpiration, userIdentityOf, userNameOf } from "./trail.ts";
export { shownTrust, storedTrust } from "./trust.ts";
export { openWorld, type World } from "./world.ts";
