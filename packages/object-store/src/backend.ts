// What an S3 back end does for the gate: bytes, their metadata, listings, uploads. It decides nothing about rights and
// words nothing: signatures, policies, XML and error texts are the gate's. One contract suite runs on every back end.

/** Names as in `x-amz-checksum-algorithm`; values base64. */
export type ChecksumAlgorithm = "CRC32" | "CRC32C" | "CRC64NVME" | "SHA1" | "SHA256";

export interface Checksum {
  readonly algorithm: ChecksumAlgorithm;
  /** base64; of a composite checksum with its `-parts` suffix. */
  readonly value: string;
  readonly type: "FULL_OBJECT" | "COMPOSITE";
}

/** The headers that S3 keeps with an object and gives back: lower-case names, values as sent. */
export type StoredHeaders = Readonly<Record<string, string>>;

export interface ObjectFacts {
  readonly key: string;
  /** Bytes. */
  readonly size: number;
  /** Without quotes. */
  readonly etag: string;
  /** Milliseconds since the epoch, whole seconds. */
  readonly modified: number;
  readonly headers: StoredHeaders;
  readonly checksum?: Checksum;
  /** Number of parts, of an object made by a multipart upload. */
  readonly parts?: number;
}

/** Bytes `first` to `last` inclusive, or the last `suffix` bytes. */
export type Range = { readonly first: number; readonly last?: number } | { readonly suffix: number };

/** The conditional headers; ETags without quotes, `*` for any; times in milliseconds. */
export interface Conditions {
  readonly ifMatch?: readonly string[];
  readonly ifNoneMatch?: readonly string[];
  readonly ifModifiedSince?: number;
  readonly ifUnmodifiedSince?: number;
}

export interface ReadRequest {
  readonly bucket: string;
  readonly key: string;
  readonly range?: Range;
  readonly conditions?: Conditions;
  /** 1 to 10,000; excludes `range`. */
  readonly partNumber?: number;
}

export interface ReadAnswer {
  readonly facts: ObjectFacts;
  /** The bytes that are answered, where they are not the whole object. */
  readonly window?: { readonly first: number; readonly last: number };
  /** A small body whole, a large one as a stream; undefined for `head`. */
  readonly body?: Buffer | AsyncIterable<Buffer>;
}

/**
 * A body on its way in. `chunks` throws when the body turns out not to be what was signed or promised; then nothing
 * may be stored. `checksum` is asked after the last chunk.
 */
export interface Incoming {
  /** Bytes, as declared. */
  readonly size: number;
  readonly chunks: AsyncIterable<Buffer>;
  /** Known before the first chunk: of which algorithm `checksum` will be; absent where there will be none. */
  readonly checksumAlgorithm?: ChecksumAlgorithm | undefined;
  checksum(): Checksum | undefined;
}

export interface WriteRequest {
  readonly bucket: string;
  readonly key: string;
  readonly headers: StoredHeaders;
  readonly conditions?: Conditions;
}

export interface Written {
  readonly etag: string;
  readonly checksum?: Checksum | undefined;
}

/** S3 shows the time of a copy, and of nothing else that is written. */
export interface Copied extends Written {
  /** Milliseconds since the epoch, whole seconds. */
  readonly modified: number;
}

export interface CopySource {
  readonly bucket: string;
  readonly key: string;
  readonly conditions?: Conditions;
  /** Only for a part. */
  readonly range?: Range;
}

export interface CopyRequest {
  readonly source: CopySource;
  readonly bucket: string;
  readonly key: string;
  /** The new headers; undefined keeps the source's. */
  readonly headers?: StoredHeaders;
  readonly conditions?: Conditions;
  readonly checksumAlgorithm?: ChecksumAlgorithm;
}

/** Keys in the order of their UTF-8 bytes, strictly after `after`. */
export interface ListRequest {
  readonly bucket: string;
  readonly prefix: string;
  readonly delimiter: string;
  /** A key or a common prefix; a common prefix named here is not given again. */
  readonly after: string;
  /** 0 to 1,000. */
  readonly limit: number;
}

export interface ListAnswer {
  readonly objects: readonly ObjectFacts[];
  readonly commonPrefixes: readonly string[];
  /** The last entry given, to go on after; undefined at the end. */
  readonly next?: string;
}

export interface CreateUploadRequest {
  readonly bucket: string;
  readonly key: string;
  readonly headers: StoredHeaders;
  readonly checksumAlgorithm?: ChecksumAlgorithm;
  readonly checksumType?: "FULL_OBJECT" | "COMPOSITE";
  /** ARN and display name of who started it: ListParts and ListMultipartUploads show them. */
  readonly initiator: { readonly id: string; readonly name: string };
}

export interface UploadAddress {
  readonly bucket: string;
  readonly key: string;
  readonly uploadId: string;
}

export interface PartFacts {
  readonly number: number;
  readonly size: number;
  readonly etag: string;
  readonly modified: number;
  readonly checksum?: Checksum;
}

export interface UploadFacts {
  readonly key: string;
  readonly uploadId: string;
  readonly initiated: number;
  readonly initiator: { readonly id: string; readonly name: string };
  readonly checksumAlgorithm?: ChecksumAlgorithm;
  readonly checksumType?: "FULL_OBJECT" | "COMPOSITE";
}

export interface CompleteRequest extends UploadAddress {
  readonly parts: readonly { readonly number: number; readonly etag: string; readonly checksum?: string }[];
  readonly conditions?: Conditions;
  /** The whole object's checksum and size as the caller states them, checked where given. */
  readonly checksum?: Checksum;
  readonly size?: number;
}

export interface ListUploadsRequest {
  readonly bucket: string;
  readonly prefix: string;
  readonly delimiter: string;
  readonly keyMarker: string;
  /** Only with `keyMarker`: go on after this upload of that key. */
  readonly uploadIdMarker: string;
  readonly limit: number;
}

export interface Backend {
  /** Makes room for a bucket; harmless if it is there. Which buckets exist is the world's knowledge. */
  createBucket(bucket: string): Promise<void>;
  /** Removes an empty bucket, with its unfinished uploads; says `not-empty` when it holds an object. */
  deleteBucket(bucket: string): Promise<"deleted" | "not-empty">;

  head(request: ReadRequest): Promise<ReadAnswer>;
  get(request: ReadRequest): Promise<ReadAnswer>;
  put(request: WriteRequest, body: Incoming): Promise<Written>;
  copy(request: CopyRequest): Promise<Copied>;
  /** Deleting what is not there is no error, unless `conditions` ask for it to be there. */
  delete(bucket: string, key: string, conditions?: Conditions): Promise<void>;
  list(request: ListRequest): Promise<ListAnswer>;

  createUpload(request: CreateUploadRequest): Promise<UploadFacts>;
  /** What kind of upload it is, for checking parts. */
  upload(address: UploadAddress): Promise<UploadFacts>;
  putPart(address: UploadAddress, number: number, body: Incoming): Promise<Written>;
  copyPart(address: UploadAddress, number: number, source: CopySource): Promise<Copied>;
  completeUpload(request: CompleteRequest): Promise<Written>;
  abortUpload(address: UploadAddress): Promise<void>;
  listParts(address: UploadAddress, after: number, limit: number): Promise<{ parts: PartFacts[]; truncated: boolean }>;
  listUploads(
    request: ListUploadsRequest,
  ): Promise<{ uploads: UploadFacts[]; commonPrefixes: string[]; truncated: boolean }>;

  /** Resolves when everything acknowledged is safe and nothing is open. */
  close(): Promise<void>;
}

/** Why a back end said no. The gate words it as S3 does. */
export type RefusalCode =
  | "NoSuchKey"
  | "NoSuchUpload"
  | "NotModified"
  | "PreconditionFailed"
  | "ConditionalRequestConflict"
  | "InvalidRange"
  | "InvalidPartNumber"
  | "InvalidPart"
  | "InvalidPartOrder"
  | "EntityTooSmall"
  | "EntityTooLarge"
  | "BadDigest"
  | "InvalidRequest"
  | "IncompleteBody"
  | "Unavailable";

/** `facts` holds what the answer's further members need: Condition, ActualObjectSize, PartNumber, ETag … */
export class Refusal extends Error {
  readonly code: RefusalCode;
  readonly facts: Readonly<Record<string, string>>;

  constructor(code: RefusalCode, facts: Readonly<Record<string, string>> = {}) {
    super(code);
    this.name = "Refusal";
    this.code = code;
    this.facts = facts;
  }
}
