// What a back end is, the built-in one, and the checksums of S3.
export {
  type Backend,
  type Checksum,
  type ChecksumAlgorithm,
  type CompleteRequest,
  type Conditions,
  type Copied,
  type CopyRequest,
  type CopySource,
  type CreateUploadRequest,
  type Incoming,
  type ListAnswer,
  type ListRequest,
  type ListUploadsRequest,
  type ObjectFacts,
  type PartFacts,
  type Range,
  type ReadAnswer,
  type ReadRequest,
  Refusal,
  type RefusalCode,
  type StoredHeaders,
  type UploadAddress,
  type UploadFacts,
  type WriteRequest,
  type Written,
} from "./backend.ts";
export { type BuiltinStoreOptions, openBuiltinStore } from "./builtin.ts";
export { checksumStream } from "./checksum.ts";
export type { InvalidRequestReason } from "./refusals.ts";
