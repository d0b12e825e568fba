// The table of all operations that S3 has: how each is told apart, what must be allowed for it, and for those that are
// served what they take. What is not in a row is not let through.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_Operations_Amazon_Simple_Storage_Service.html
import { checksumHeaders } from "./checksums.ts";
import { deletingFacts, listingFacts, versionFacts, writingFacts } from "./context.ts";
import { type Need, routerOf, type Served, type Table } from "./operation.ts";
import { AbortMultipartUpload } from "./own/AbortMultipartUpload.ts";
import { CORSPreflight } from "./own/CORSPreflight.ts";
import { CompleteMultipartUpload } from "./own/CompleteMultipartUpload.ts";
import { CopyObject } from "./own/CopyObject.ts";
import { CreateBucket, createBucketFacts } from "./own/CreateBucket.ts";
import { CreateMultipartUpload } from "./own/CreateMultipartUpload.ts";
import { DeleteBucket } from "./own/DeleteBucket.ts";
import { DeleteBucketPolicy } from "./own/DeleteBucketPolicy.ts";
import { DeleteObject } from "./own/DeleteObject.ts";
import { DeleteObjects } from "./own/DeleteObjects.ts";
import { DeletePublicAccessBlock } from "./own/DeletePublicAccessBlock.ts";
import { GetBucketLocation } from "./own/GetBucketLocation.ts";
import { GetBucketPolicy } from "./own/GetBucketPolicy.ts";
import { GetObject } from "./own/GetObject.ts";
import { GetPublicAccessBlock } from "./own/GetPublicAccessBlock.ts";
import { HeadBucket } from "./own/HeadBucket.ts";
import { HeadObject } from "./own/HeadObject.ts";
import { ListBuckets } from "./own/ListBuckets.ts";
import { ListMultipartUploads } from "./own/ListMultipartUploads.ts";
import { ListObjects } from "./own/ListObjects.ts";
import { ListObjectsV2 } from "./own/ListObjectsV2.ts";
import { ListParts } from "./own/ListParts.ts";
import { PutBucketPolicy } from "./own/PutBucketPolicy.ts";
import { PutObject } from "./own/PutObject.ts";
import { PutPublicAccessBlock } from "./own/PutPublicAccessBlock.ts";
import { UploadPart } from "./own/UploadPart.ts";
import { UploadPartCopy } from "./own/UploadPartCopy.ts";
import { overrideParameters } from "./reading.ts";

const onService = (action: string): Need[] => [{ action, on: "service" }];
const onBucket = (action: string): Need[] => [{ action, on: "bucket" }];
const onObject = (action: string): Need[] => [{ action, on: "object" }];
const elsewhere = (action: string): Need[] => [{ action, on: "elsewhere" }];
const byVersion = (plain: string, ofVersion: string): Need[] => [
  { action: plain, on: "object", when: "no version" },
  { action: ofVersion, on: "object", when: "version" },
];

/** An ACL of `private` asks for what is so anyway: sources conflict on whether AWS wants s3:PutObjectAcl for it. */
const WRITING: Need[] = [
  { action: "s3:PutObject", on: "object" },
  { action: "s3:PutObjectAcl", on: "object", when: "acl" },
  { action: "s3:PutObjectTagging", on: "object", when: "tagging" },
  { action: "s3:PutObjectRetention", on: "object", when: "retention" },
  { action: "s3:PutObjectLegalHold", on: "object", when: "legal hold" },
];
/**
 * Whoever compares an ETag learns what the object is.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html
 */
const IF_MATCH: Need = { action: "s3:GetObject", on: "object", when: "if match" };
const READING_SOURCE: Need[] = [
  { action: "s3:GetObject", on: "source", when: "no source version" },
  { action: "s3:GetObjectVersion", on: "source", when: "source version" },
];

const ANONYMOUS_COPY = "Anonymous users cannot copy objects.  Please authenticate.";
const ANONYMOUS_UPLOAD = "Anonymous users cannot initiate multipart uploads.  Please authenticate.";

const READING = ["partNumber", "versionId", ...overrideParameters];

const copySourceHeaders = [
  "x-amz-copy-source",
  "x-amz-copy-source-if-match",
  "x-amz-copy-source-if-modified-since",
  "x-amz-copy-source-if-none-match",
  "x-amz-copy-source-if-unmodified-since",
  "x-amz-source-expected-bucket-owner",
];

type Takes = Omit<Served, "parameters" | "headers" | "body"> & {
  readonly parameters?: readonly string[];
  readonly headers?: readonly string[];
  readonly body?: Served["body"];
};
function serves({ parameters = [], headers = [], body = "none", ...rest }: Takes): Served {
  return { ...rest, parameters: new Set(parameters), headers: new Set(headers), body };
}

export const operations = {
  AbortMultipartUpload: {
    method: "DELETE",
    on: "object",
    marker: "uploadId",
    needs: onObject("s3:AbortMultipartUpload"),
    served: serves({ answer: AbortMultipartUpload, parameters: ["uploadId"] }),
  },
  CORSPreflight: {
    method: "OPTIONS",
    on: "object",
    alsoOn: "bucket",
    needs: [],
    served: serves({ answer: CORSPreflight, anyBucket: true }),
  },
  CompleteMultipartUpload: {
    method: "POST",
    on: "object",
    marker: "uploadId",
    needs: [...onObject("s3:PutObject"), IF_MATCH],
    served: serves({
      answer: CompleteMultipartUpload,
      body: "document",
      parameters: ["uploadId"],
      headers: [...checksumHeaders, "x-amz-checksum-type", "x-amz-mp-object-size"],
      facts: writingFacts(true),
    }),
  },
  CopyObject: {
    method: "PUT",
    on: "object",
    with: { header: "x-amz-copy-source" },
    needs: [...READING_SOURCE, ...WRITING, IF_MATCH],
    served: serves({
      answer: CopyObject,
      refusesAnonymous: ANONYMOUS_COPY,
      copies: true,
      storesHeaders: true,
      headers: [...copySourceHeaders, "x-amz-metadata-directive", "x-amz-checksum-algorithm"],
      facts: writingFacts(true),
    }),
  },
  CreateBucket: {
    method: "PUT",
    on: "bucket",
    needs: [
      { action: "s3:CreateBucket", on: "bucket" },
      { action: "s3:PutBucketAcl", on: "bucket", when: "acl" },
      { action: "s3:PutBucketObjectLockConfiguration", on: "bucket", when: "object lock" },
      { action: "s3:PutBucketVersioning", on: "bucket", when: "object lock" },
      { action: "s3:PutBucketOwnershipControls", on: "bucket", when: "ownership" },
    ],
    served: serves({
      answer: CreateBucket,
      anyBucket: true,
      makesBucket: true,
      body: "document",
      headers: checksumHeaders,
      facts: createBucketFacts,
    }),
  },
  CreateBucketMetadataConfiguration: {
    method: "POST",
    on: "bucket",
    marker: "metadataConfiguration",
    needs: onBucket("s3:CreateBucketMetadataTableConfiguration"),
  },
  CreateBucketMetadataTableConfiguration: {
    method: "POST",
    on: "bucket",
    marker: "metadataTable",
    needs: onBucket("s3:CreateBucketMetadataTableConfiguration"),
  },
  CreateMultipartUpload: {
    method: "POST",
    on: "object",
    marker: "uploads",
    needs: WRITING,
    served: serves({
      answer: CreateMultipartUpload,
      refusesAnonymous: ANONYMOUS_UPLOAD,
      storesHeaders: true,
      parameters: ["uploads"],
      headers: ["x-amz-checksum-algorithm", "x-amz-checksum-type"],
      facts: writingFacts(false),
    }),
  },
  CreateSession: { method: "GET", on: "bucket", marker: "session", needs: onBucket("s3express:CreateSession") },
  DeleteBucket: {
    method: "DELETE",
    on: "bucket",
    needs: onBucket("s3:DeleteBucket"),
    served: serves({ answer: DeleteBucket }),
  },
  DeleteBucketAnalyticsConfiguration: {
    method: "DELETE",
    on: "bucket",
    marker: "analytics",
    needs: onBucket("s3:PutAnalyticsConfiguration"),
  },
  DeleteBucketCors: { method: "DELETE", on: "bucket", marker: "cors", needs: onBucket("s3:PutBucketCORS") },
  DeleteBucketEncryption: {
    method: "DELETE",
    on: "bucket",
    marker: "encryption",
    needs: onBucket("s3:PutEncryptionConfiguration"),
  },
  DeleteBucketIntelligentTieringConfiguration: {
    method: "DELETE",
    on: "bucket",
    marker: "intelligent-tiering",
    needs: onBucket("s3:PutIntelligentTieringConfiguration"),
  },
  DeleteBucketInventoryConfiguration: {
    method: "DELETE",
    on: "bucket",
    marker: "inventory",
    needs: onBucket("s3:PutInventoryConfiguration"),
  },
  DeleteBucketLifecycle: {
    method: "DELETE",
    on: "bucket",
    marker: "lifecycle",
    needs: onBucket("s3:PutLifecycleConfiguration"),
  },
  DeleteBucketMetadataConfiguration: {
    method: "DELETE",
    on: "bucket",
    marker: "metadataConfiguration",
    needs: onBucket("s3:DeleteBucketMetadataTableConfiguration"),
  },
  DeleteBucketMetadataTableConfiguration: {
    method: "DELETE",
    on: "bucket",
    marker: "metadataTable",
    needs: onBucket("s3:DeleteBucketMetadataTableConfiguration"),
  },
  DeleteBucketMetricsConfiguration: {
    method: "DELETE",
    on: "bucket",
    marker: "metrics",
    needs: onBucket("s3:PutMetricsConfiguration"),
  },
  DeleteBucketOwnershipControls: {
    method: "DELETE",
    on: "bucket",
    marker: "ownershipControls",
    needs: onBucket("s3:PutBucketOwnershipControls"),
  },
  DeleteBucketPolicy: {
    method: "DELETE",
    on: "bucket",
    marker: "policy",
    needs: onBucket("s3:DeleteBucketPolicy"),
    served: serves({ answer: DeleteBucketPolicy, parameters: ["policy"] }),
  },
  DeleteBucketReplication: {
    method: "DELETE",
    on: "bucket",
    marker: "replication",
    needs: onBucket("s3:PutReplicationConfiguration"),
  },
  DeleteBucketTagging: { method: "DELETE", on: "bucket", marker: "tagging", needs: onBucket("s3:PutBucketTagging") },
  DeleteBucketWebsite: { method: "DELETE", on: "bucket", marker: "website", needs: onBucket("s3:DeleteBucketWebsite") },
  DeleteObject: {
    method: "DELETE",
    on: "object",
    needs: [
      { action: "s3:DeleteObject", on: "object", when: "no version" },
      { action: "s3:DeleteObjectVersion", on: "object", when: "version" },
      { action: "s3:BypassGovernanceRetention", on: "object", when: "bypass" },
      // https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-deletes.html
      { action: "s3:GetObject", on: "object", when: "etag" },
    ],
    served: serves({ answer: DeleteObject, parameters: ["versionId"], facts: deletingFacts }),
  },
  DeleteObjectAnnotation: {
    method: "DELETE",
    on: "object",
    marker: "annotation",
    needs: byVersion("s3:DeleteObjectAnnotation", "s3:DeleteObjectVersionAnnotation"),
  },
  DeleteObjectTagging: {
    method: "DELETE",
    on: "object",
    marker: "tagging",
    needs: byVersion("s3:DeleteObjectTagging", "s3:DeleteObjectVersionTagging"),
  },
  DeleteObjects: {
    method: "POST",
    on: "bucket",
    marker: "delete",
    needs: [
      { action: "s3:DeleteObject", on: "each key" },
      { action: "s3:DeleteObjectVersion", on: "each key" },
      { action: "s3:BypassGovernanceRetention", on: "each key" },
      { action: "s3:GetObject", on: "each key" },
    ],
    served: serves({ answer: DeleteObjects, body: "document", parameters: ["delete"], headers: checksumHeaders }),
  },
  DeletePublicAccessBlock: {
    method: "DELETE",
    on: "bucket",
    marker: "publicAccessBlock",
    needs: onBucket("s3:PutBucketPublicAccessBlock"),
    trailName: "DeleteBucketPublicAccessBlock",
    served: serves({ answer: DeletePublicAccessBlock, parameters: ["publicAccessBlock"] }),
  },
  GetBucketAbac: { method: "GET", on: "bucket", marker: "abac", needs: onBucket("s3:GetBucketAbac") },
  GetBucketAccelerateConfiguration: {
    method: "GET",
    on: "bucket",
    marker: "accelerate",
    needs: onBucket("s3:GetAccelerateConfiguration"),
  },
  GetBucketAcl: { method: "GET", on: "bucket", marker: "acl", needs: onBucket("s3:GetBucketAcl") },
  GetBucketAnalyticsConfiguration: {
    method: "GET",
    on: "bucket",
    marker: "analytics",
    with: { query: "id" },
    needs: onBucket("s3:GetAnalyticsConfiguration"),
  },
  GetBucketCors: { method: "GET", on: "bucket", marker: "cors", needs: onBucket("s3:GetBucketCORS") },
  GetBucketEncryption: {
    method: "GET",
    on: "bucket",
    marker: "encryption",
    needs: onBucket("s3:GetEncryptionConfiguration"),
  },
  GetBucketIntelligentTieringConfiguration: {
    method: "GET",
    on: "bucket",
    marker: "intelligent-tiering",
    with: { query: "id" },
    needs: onBucket("s3:GetIntelligentTieringConfiguration"),
  },
  GetBucketInventoryConfiguration: {
    method: "GET",
    on: "bucket",
    marker: "inventory",
    with: { query: "id" },
    needs: onBucket("s3:GetInventoryConfiguration"),
  },
  GetBucketLifecycle: {
    method: "GET",
    on: "bucket",
    marker: "lifecycle",
    supersededBy: "GetBucketLifecycleConfiguration",
    needs: onBucket("s3:GetLifecycleConfiguration"),
  },
  GetBucketLifecycleConfiguration: {
    method: "GET",
    on: "bucket",
    marker: "lifecycle",
    needs: onBucket("s3:GetLifecycleConfiguration"),
  },
  GetBucketLocation: {
    method: "GET",
    on: "bucket",
    marker: "location",
    needs: onBucket("s3:GetBucketLocation"),
    served: serves({ answer: GetBucketLocation, parameters: ["location"] }),
  },
  GetBucketLogging: { method: "GET", on: "bucket", marker: "logging", needs: onBucket("s3:GetBucketLogging") },
  GetBucketMetadataConfiguration: {
    method: "GET",
    on: "bucket",
    marker: "metadataConfiguration",
    needs: onBucket("s3:GetBucketMetadataTableConfiguration"),
  },
  GetBucketMetadataTableConfiguration: {
    method: "GET",
    on: "bucket",
    marker: "metadataTable",
    needs: onBucket("s3:GetBucketMetadataTableConfiguration"),
  },
  GetBucketMetricsConfiguration: {
    method: "GET",
    on: "bucket",
    marker: "metrics",
    with: { query: "id" },
    needs: onBucket("s3:GetMetricsConfiguration"),
  },
  GetBucketNotification: {
    method: "GET",
    on: "bucket",
    marker: "notification",
    supersededBy: "GetBucketNotificationConfiguration",
    needs: onBucket("s3:GetBucketNotification"),
  },
  GetBucketNotificationConfiguration: {
    method: "GET",
    on: "bucket",
    marker: "notification",
    needs: onBucket("s3:GetBucketNotification"),
  },
  GetBucketOwnershipControls: {
    method: "GET",
    on: "bucket",
    marker: "ownershipControls",
    needs: onBucket("s3:GetBucketOwnershipControls"),
  },
  GetBucketPolicy: {
    method: "GET",
    on: "bucket",
    marker: "policy",
    needs: onBucket("s3:GetBucketPolicy"),
    served: serves({ answer: GetBucketPolicy, parameters: ["policy"] }),
  },
  GetBucketPolicyStatus: {
    method: "GET",
    on: "bucket",
    marker: "policyStatus",
    needs: onBucket("s3:GetBucketPolicyStatus"),
  },
  GetBucketReplication: {
    method: "GET",
    on: "bucket",
    marker: "replication",
    needs: onBucket("s3:GetReplicationConfiguration"),
  },
  GetBucketRequestPayment: {
    method: "GET",
    on: "bucket",
    marker: "requestPayment",
    needs: onBucket("s3:GetBucketRequestPayment"),
  },
  GetBucketTagging: { method: "GET", on: "bucket", marker: "tagging", needs: onBucket("s3:GetBucketTagging") },
  GetBucketVersioning: { method: "GET", on: "bucket", marker: "versioning", needs: onBucket("s3:GetBucketVersioning") },
  GetBucketWebsite: { method: "GET", on: "bucket", marker: "website", needs: onBucket("s3:GetBucketWebsite") },
  GetObject: {
    method: "GET",
    on: "object",
    needs: byVersion("s3:GetObject", "s3:GetObjectVersion"),
    served: serves({ answer: GetObject, parameters: READING, facts: versionFacts }),
  },
  GetObjectAcl: {
    method: "GET",
    on: "object",
    marker: "acl",
    needs: byVersion("s3:GetObjectAcl", "s3:GetObjectVersionAcl"),
  },
  GetObjectAnnotation: {
    method: "GET",
    on: "object",
    marker: "annotation",
    with: { query: "annotationName" },
    needs: byVersion("s3:GetObjectAnnotation", "s3:GetObjectVersionAnnotation"),
  },
  GetObjectAttributes: {
    method: "GET",
    on: "object",
    marker: "attributes",
    needs: [
      { action: "s3:GetObject", on: "object", when: "no version" },
      { action: "s3:GetObjectAttributes", on: "object", when: "no version" },
      { action: "s3:GetObjectVersion", on: "object", when: "version" },
      { action: "s3:GetObjectVersionAttributes", on: "object", when: "version" },
    ],
  },
  GetObjectLegalHold: { method: "GET", on: "object", marker: "legal-hold", needs: onObject("s3:GetObjectLegalHold") },
  GetObjectLockConfiguration: {
    method: "GET",
    on: "bucket",
    marker: "object-lock",
    needs: onBucket("s3:GetBucketObjectLockConfiguration"),
  },
  GetObjectRetention: { method: "GET", on: "object", marker: "retention", needs: onObject("s3:GetObjectRetention") },
  GetObjectTagging: {
    method: "GET",
    on: "object",
    marker: "tagging",
    needs: byVersion("s3:GetObjectTagging", "s3:GetObjectVersionTagging"),
  },
  GetObjectTorrent: {
    method: "GET",
    on: "object",
    marker: "torrent",
    needs: byVersion("s3:GetObjectTorrent", "s3:GetObjectVersionTorrent"),
  },
  GetPublicAccessBlock: {
    method: "GET",
    on: "bucket",
    marker: "publicAccessBlock",
    needs: onBucket("s3:GetBucketPublicAccessBlock"),
    trailName: "GetBucketPublicAccessBlock",
    served: serves({ answer: GetPublicAccessBlock, parameters: ["publicAccessBlock"] }),
  },
  HeadBucket: {
    method: "HEAD",
    on: "bucket",
    needs: onBucket("s3:ListBucket"),
    served: serves({ answer: HeadBucket }),
  },
  HeadObject: {
    method: "HEAD",
    on: "object",
    needs: byVersion("s3:GetObject", "s3:GetObjectVersion"),
    served: serves({ answer: HeadObject, parameters: READING, facts: versionFacts }),
  },
  ListBucketAnalyticsConfigurations: {
    method: "GET",
    on: "bucket",
    marker: "analytics",
    needs: onBucket("s3:GetAnalyticsConfiguration"),
  },
  ListBucketIntelligentTieringConfigurations: {
    method: "GET",
    on: "bucket",
    marker: "intelligent-tiering",
    needs: onBucket("s3:GetIntelligentTieringConfiguration"),
  },
  ListBucketInventoryConfigurations: {
    method: "GET",
    on: "bucket",
    marker: "inventory",
    needs: onBucket("s3:GetInventoryConfiguration"),
  },
  ListBucketMetricsConfigurations: {
    method: "GET",
    on: "bucket",
    marker: "metrics",
    needs: onBucket("s3:GetMetricsConfiguration"),
  },
  ListBuckets: {
    method: "GET",
    on: "service",
    needs: onService("s3:ListAllMyBuckets"),
    served: serves({
      answer: ListBuckets,
      parameters: ["bucket-region", "continuation-token", "max-buckets", "prefix"],
    }),
  },
  ListDirectoryBuckets: {
    method: "GET",
    on: "service",
    with: { xId: "ListDirectoryBuckets" },
    needs: onService("s3express:ListAllMyDirectoryBuckets"),
  },
  ListMultipartUploads: {
    method: "GET",
    on: "bucket",
    marker: "uploads",
    needs: onBucket("s3:ListBucketMultipartUploads"),
    served: serves({
      answer: ListMultipartUploads,
      parameters: ["uploads", "delimiter", "encoding-type", "key-marker", "max-uploads", "prefix", "upload-id-marker"],
    }),
  },
  ListObjectAnnotations: {
    method: "GET",
    on: "object",
    marker: "annotation",
    needs: byVersion("s3:ListObjectAnnotations", "s3:ListObjectVersionAnnotations"),
  },
  ListObjectVersions: { method: "GET", on: "bucket", marker: "versions", needs: onBucket("s3:ListBucketVersions") },
  ListObjects: {
    method: "GET",
    on: "bucket",
    needs: onBucket("s3:ListBucket"),
    served: serves({
      answer: ListObjects,
      parameters: ["delimiter", "encoding-type", "marker", "max-keys", "prefix"],
      facts: listingFacts,
    }),
  },
  ListObjectsV2: {
    method: "GET",
    on: "bucket",
    marker: "list-type",
    needs: onBucket("s3:ListBucket"),
    served: serves({
      answer: ListObjectsV2,
      parameters: [
        "list-type",
        "continuation-token",
        "delimiter",
        "encoding-type",
        "fetch-owner",
        "max-keys",
        "prefix",
        "start-after",
      ],
      facts: listingFacts,
    }),
  },
  ListParts: {
    method: "GET",
    on: "object",
    marker: "uploadId",
    needs: onObject("s3:ListMultipartUploadParts"),
    served: serves({ answer: ListParts, parameters: ["uploadId", "max-parts", "part-number-marker"] }),
  },
  PostObject: { method: "POST", on: "bucket", needs: WRITING },
  PutBucketAbac: { method: "PUT", on: "bucket", marker: "abac", needs: onBucket("s3:PutBucketAbac") },
  PutBucketAccelerateConfiguration: {
    method: "PUT",
    on: "bucket",
    marker: "accelerate",
    needs: onBucket("s3:PutAccelerateConfiguration"),
  },
  PutBucketAcl: { method: "PUT", on: "bucket", marker: "acl", needs: onBucket("s3:PutBucketAcl") },
  PutBucketAnalyticsConfiguration: {
    method: "PUT",
    on: "bucket",
    marker: "analytics",
    needs: onBucket("s3:PutAnalyticsConfiguration"),
  },
  PutBucketCors: { method: "PUT", on: "bucket", marker: "cors", needs: onBucket("s3:PutBucketCORS") },
  PutBucketEncryption: {
    method: "PUT",
    on: "bucket",
    marker: "encryption",
    needs: onBucket("s3:PutEncryptionConfiguration"),
  },
  PutBucketIntelligentTieringConfiguration: {
    method: "PUT",
    on: "bucket",
    marker: "intelligent-tiering",
    needs: onBucket("s3:PutIntelligentTieringConfiguration"),
  },
  PutBucketInventoryConfiguration: {
    method: "PUT",
    on: "bucket",
    marker: "inventory",
    needs: onBucket("s3:PutInventoryConfiguration"),
  },
  PutBucketLifecycle: {
    method: "PUT",
    on: "bucket",
    marker: "lifecycle",
    supersededBy: "PutBucketLifecycleConfiguration",
    needs: onBucket("s3:PutLifecycleConfiguration"),
  },
  PutBucketLifecycleConfiguration: {
    method: "PUT",
    on: "bucket",
    marker: "lifecycle",
    needs: onBucket("s3:PutLifecycleConfiguration"),
  },
  PutBucketLogging: { method: "PUT", on: "bucket", marker: "logging", needs: onBucket("s3:PutBucketLogging") },
  PutBucketMetricsConfiguration: {
    method: "PUT",
    on: "bucket",
    marker: "metrics",
    needs: onBucket("s3:PutMetricsConfiguration"),
  },
  PutBucketNotification: {
    method: "PUT",
    on: "bucket",
    marker: "notification",
    supersededBy: "PutBucketNotificationConfiguration",
    needs: onBucket("s3:PutBucketNotification"),
  },
  PutBucketNotificationConfiguration: {
    method: "PUT",
    on: "bucket",
    marker: "notification",
    needs: onBucket("s3:PutBucketNotification"),
  },
  PutBucketOwnershipControls: {
    method: "PUT",
    on: "bucket",
    marker: "ownershipControls",
    needs: onBucket("s3:PutBucketOwnershipControls"),
  },
  PutBucketPolicy: {
    method: "PUT",
    on: "bucket",
    marker: "policy",
    needs: onBucket("s3:PutBucketPolicy"),
    served: serves({ answer: PutBucketPolicy, body: "document", parameters: ["policy"], headers: checksumHeaders }),
  },
  PutBucketReplication: {
    method: "PUT",
    on: "bucket",
    marker: "replication",
    needs: [
      { action: "s3:PutReplicationConfiguration", on: "bucket" },
      { action: "iam:PassRole", on: "named in the body" },
    ],
  },
  PutBucketRequestPayment: {
    method: "PUT",
    on: "bucket",
    marker: "requestPayment",
    needs: onBucket("s3:PutBucketRequestPayment"),
  },
  PutBucketTagging: { method: "PUT", on: "bucket", marker: "tagging", needs: onBucket("s3:PutBucketTagging") },
  PutBucketVersioning: { method: "PUT", on: "bucket", marker: "versioning", needs: onBucket("s3:PutBucketVersioning") },
  PutBucketWebsite: { method: "PUT", on: "bucket", marker: "website", needs: onBucket("s3:PutBucketWebsite") },
  PutObject: {
    method: "PUT",
    on: "object",
    needs: [...WRITING, IF_MATCH],
    served: serves({
      answer: PutObject,
      body: "object",
      storesHeaders: true,
      headers: checksumHeaders,
      facts: writingFacts(true),
    }),
  },
  PutObjectAcl: {
    method: "PUT",
    on: "object",
    marker: "acl",
    needs: byVersion("s3:PutObjectAcl", "s3:PutObjectVersionAcl"),
  },
  PutObjectAnnotation: {
    method: "PUT",
    on: "object",
    marker: "annotation",
    needs: byVersion("s3:PutObjectAnnotation", "s3:PutObjectVersionAnnotation"),
  },
  PutObjectLegalHold: { method: "PUT", on: "object", marker: "legal-hold", needs: onObject("s3:PutObjectLegalHold") },
  PutObjectLockConfiguration: {
    method: "PUT",
    on: "bucket",
    marker: "object-lock",
    needs: onBucket("s3:PutBucketObjectLockConfiguration"),
  },
  PutObjectRetention: {
    method: "PUT",
    on: "object",
    marker: "retention",
    needs: [
      { action: "s3:PutObjectRetention", on: "object" },
      { action: "s3:BypassGovernanceRetention", on: "object", when: "bypass" },
    ],
  },
  PutObjectTagging: {
    method: "PUT",
    on: "object",
    marker: "tagging",
    needs: byVersion("s3:PutObjectTagging", "s3:PutObjectVersionTagging"),
  },
  PutPublicAccessBlock: {
    method: "PUT",
    on: "bucket",
    marker: "publicAccessBlock",
    needs: onBucket("s3:PutBucketPublicAccessBlock"),
    trailName: "PutBucketPublicAccessBlock",
    served: serves({
      answer: PutPublicAccessBlock,
      body: "document",
      parameters: ["publicAccessBlock"],
      headers: checksumHeaders,
    }),
  },
  RenameObject: { method: "PUT", on: "object", marker: "renameObject", needs: onBucket("s3express:CreateSession") },
  RestoreObject: { method: "POST", on: "object", marker: "restore", needs: onObject("s3:RestoreObject") },
  SelectObjectContent: { method: "POST", on: "object", marker: "select", needs: onObject("s3:GetObject") },
  UpdateBucketMetadataAnnotationTableConfiguration: {
    method: "PUT",
    on: "bucket",
    marker: "metadataAnnotationTable",
    needs: onBucket("s3:UpdateBucketMetadataAnnotationTableConfiguration"),
  },
  UpdateBucketMetadataInventoryTableConfiguration: {
    method: "PUT",
    on: "bucket",
    marker: "metadataInventoryTable",
    needs: onBucket("s3:UpdateBucketMetadataInventoryTableConfiguration"),
  },
  UpdateBucketMetadataJournalTableConfiguration: {
    method: "PUT",
    on: "bucket",
    marker: "metadataJournalTable",
    needs: onBucket("s3:UpdateBucketMetadataJournalTableConfiguration"),
  },
  UpdateObjectEncryption: {
    method: "PUT",
    on: "object",
    marker: "encryption",
    needs: [
      { action: "s3:UpdateObjectEncryption", on: "object" },
      { action: "kms:Encrypt", on: "elsewhere" },
      { action: "kms:Decrypt", on: "elsewhere" },
      { action: "kms:GenerateDataKey", on: "elsewhere" },
      { action: "kms:ReEncrypt*", on: "elsewhere" },
    ],
  },
  UploadPart: {
    method: "PUT",
    on: "object",
    marker: "uploadId",
    needs: onObject("s3:PutObject"),
    served: serves({
      answer: UploadPart,
      body: "object",
      parameters: ["uploadId", "partNumber"],
      headers: checksumHeaders,
      facts: writingFacts(false),
    }),
  },
  UploadPartCopy: {
    method: "PUT",
    on: "object",
    marker: "uploadId",
    with: { header: "x-amz-copy-source" },
    needs: [...READING_SOURCE, { action: "s3:PutObject", on: "object" }],
    served: serves({
      answer: UploadPartCopy,
      refusesAnonymous: ANONYMOUS_COPY,
      copies: true,
      parameters: ["uploadId", "partNumber"],
      headers: [...copySourceHeaders, "x-amz-copy-source-range"],
      facts: writingFacts(false),
    }),
  },
  WriteGetObjectResponse: {
    method: "POST",
    on: "bucket",
    with: { path: "/WriteGetObjectResponse" },
    needs: elsewhere("s3-object-lambda:WriteGetObjectResponse"),
  },
} satisfies Table;

export const route = routerOf(operations);
