// The seam between the account and the data planes.
export type {
  ActiveFault,
  Authority,
  BucketFacts,
  ChangeOrigin,
  EventRecord,
  IdentifyQuery,
  Identity,
  ManagementCall,
  Moved,
  PolicySource,
  Principal,
} from "./authority.ts";
export { type AuthorityCache, cacheOver, type Known } from "./cache.ts";
export { type CallFacts, type ConditionContext, callContext, principalContext } from "./context.ts";
export { type EventBuffer, eventBuffer } from "./event-buffer.ts";
export type { CredentialDocument, InstanceView } from "./view.ts";
