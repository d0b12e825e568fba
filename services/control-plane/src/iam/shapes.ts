// IAM's shapes that more than one action uses. Limits are those of AWS's own service model.
import { boolean, defaulted, integer, list, oneOf, required, string, struct, timestamp } from "@rolemint/wire";

const NAME = "[\\w+=,.@-]+";

export const RoleName = string({ min: 1, max: 64, pattern: NAME });
export const UserName = string({ min: 1, max: 64, pattern: NAME });
/** Of users that exist: names made before the limit came may be longer. */
export const ExistingUserName = string({ min: 1, max: 128, pattern: NAME });
export const InstanceProfileName = string({ min: 1, max: 128, pattern: NAME });
export const PolicyName = string({ min: 1, max: 128, pattern: NAME });
export const Path = string({ min: 1, max: 512, pattern: "(\\u002F)|(\\u002F[\\u0021-\\u007E]+\\u002F)" });
export const PathPrefix = string({ min: 1, max: 512, pattern: "\\u002F[\\u0021-\\u007F]*" });
export const PolicyPath = string({ min: 1, max: 512, pattern: "((/[A-Za-z0-9\\.,\\+@=_-]+)*)/" });
export const Arn = string({ min: 20, max: 2048 });
export const PolicyText = string({ min: 1, max: 131072, pattern: "[\\u0009\\u000A\\u000D\\u0020-\\u00FF]+" });
export const RoleDescription = string({
  max: 1000,
  pattern: "[\\u0009\\u000A\\u000D\\u0020-\\u007E\\u00A1-\\u00FF]*",
});
export const PolicyDescription = string({ max: 1000 });
export const AccessKeyId = string({ min: 16, max: 128, pattern: "[\\w]+" });
export const PolicyUsageFilter = oneOf("PermissionsPolicy", "PermissionsBoundary");
export const VersionId = string({ pattern: "v[1-9][0-9]*(\\.[A-Za-z0-9-]*)?" });

export const MaxItems = integer({ min: 1, max: 1000 });
const Marker = string({ min: 1, max: 320, pattern: "[\\u0020-\\u00FF]+" });
/** Members of every list request, for spreading into its shape. */
export const paging = { Marker, MaxItems: defaulted(MaxItems, 100) };
/** Members of every list answer. */
export const paged = { IsTruncated: required(boolean()), Marker: string() };

const TagKey = string({ min: 1, max: 128, pattern: "[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]+" });
const TagValue = string({ max: 256, pattern: "[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]*" });
export const Tag = struct({ Key: required(TagKey), Value: required(TagValue) });
export const Tags = list(Tag, { max: 50 });
export const TagKeys = list(TagKey, { max: 50 });

const AttachedBoundary = struct({ PermissionsBoundaryType: string(), PermissionsBoundaryArn: string() });

/** Elements stand in the order of AWS's own answers. */
export const Role = struct({
  Path: required(string()),
  Arn: required(string()),
  RoleName: required(string()),
  /** JSON text, percent-encoded as RFC 3986 says. */
  AssumeRolePolicyDocument: string(),
  CreateDate: required(timestamp()),
  RoleId: required(string()),
  Description: string(),
  MaxSessionDuration: integer(),
  PermissionsBoundary: AttachedBoundary,
  Tags: list(Tag),
  RoleLastUsed: struct({ LastUsedDate: timestamp(), Region: string() }),
});

/** The account's root, asked for as a user, has neither path nor name. */
export const User = struct({
  Path: string(),
  UserName: string(),
  UserId: required(string()),
  Arn: required(string()),
  CreateDate: required(timestamp()),
  PermissionsBoundary: AttachedBoundary,
  Tags: list(Tag),
});

export const InstanceProfile = struct({
  InstanceProfileId: required(string()),
  Roles: required(list(Role)),
  InstanceProfileName: required(string()),
  Path: required(string()),
  Arn: required(string()),
  CreateDate: required(timestamp()),
  Tags: list(Tag),
});

export const Policy = struct({
  PolicyName: string(),
  PolicyId: string(),
  Arn: string(),
  Path: string(),
  DefaultVersionId: string(),
  AttachmentCount: integer(),
  PermissionsBoundaryUsageCount: integer(),
  IsAttachable: boolean(),
  Description: string(),
  CreateDate: timestamp(),
  UpdateDate: timestamp(),
  Tags: list(Tag),
});

export const PolicyVersion = struct({
  Document: string(),
  VersionId: required(string()),
  IsDefaultVersion: required(boolean()),
  CreateDate: required(timestamp()),
});
