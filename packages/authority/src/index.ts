// The seam between the account and the data planes.
export type {
  Authority,
  BucketFacts,
  Caller,
  CredentialDocument,
  EventRecord,
  Identity,
  IdentifyQuery,
  InstanceView,
  Moved,
  PolicySource,
  Principal,
} from "./authority.ts";
