// Which of S3's own condition keys go with which actions, for the grammar of bucket policies: S3 refuses a key that it
// does not have, and one that an action of the statement never has. Keys are in lower case; one that ends with a slash
// stands for all that begin so.
// https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html#amazons3-policy-keys
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html

/** Those that every action has, or that hang on how a bucket is reached. */
const ofEveryAction: ReadonlySet<string> = new Set([
  "s3:accessgrantsinstancearn",
  "s3:accesspointnetworkorigin",
  "s3:authtype",
  "s3:dataaccesspointaccount",
  "s3:dataaccesspointarn",
  "s3:resourceaccount",
  "s3:signatureage",
  "s3:signatureversion",
  "s3:tlsversion",
  "s3:x-amz-content-sha256",
]);
const familiesOfEveryAction: readonly string[] = ["s3:accesspointtag/", "s3:buckettag/"];

interface KeyGroup {
  readonly keys: readonly string[];
  readonly actions: readonly string[];
}

const groups: readonly KeyGroup[] = [
  {
    keys: ["s3:annotation-prefix", "s3:max-annotation-results"],
    actions: ["ListObjectAnnotations", "ListObjectVersionAnnotations"],
  },
  { keys: ["s3:delimiter", "s3:max-keys", "s3:prefix"], actions: ["ListBucket", "ListBucketVersions"] },
  {
    keys: ["s3:existingobjecttag/"],
    actions: [
      "DeleteObjectAnnotation",
      "DeleteObjectTagging",
      "DeleteObjectVersionAnnotation",
      "DeleteObjectVersionTagging",
      "GetObject",
      "GetObjectAcl",
      "GetObjectAnnotation",
      "GetObjectAttributes",
      "GetObjectTagging",
      "GetObjectVersion",
      "GetObjectVersionAcl",
      "GetObjectVersionAnnotation",
      "GetObjectVersionAttributes",
      "GetObjectVersionTagging",
      "ListObjectAnnotations",
      "ListObjectVersionAnnotations",
      "PutObjectAcl",
      "PutObjectAnnotation",
      "PutObjectTagging",
      "PutObjectVersionAcl",
      "PutObjectVersionAnnotation",
      "PutObjectVersionTagging",
      "UpdateObjectEncryption",
    ],
  },
  { keys: ["s3:if-match"], actions: ["DeleteObject", "PutObject"] },
  { keys: ["s3:inventoryaccessibleoptionalfields"], actions: ["PutInventoryConfiguration"] },
  { keys: ["s3:isreplicationpauserequest"], actions: ["PutReplicationConfiguration"] },
  {
    keys: ["s3:locationconstraint", "s3:x-amz-bucket-namespace", "s3:x-amz-object-ownership"],
    actions: ["CreateBucket"],
  },
  { keys: ["s3:object-lock-legal-hold"], actions: ["PutObject", "PutObjectLegalHold"] },
  {
    keys: ["s3:object-lock-mode", "s3:object-lock-remaining-retention-days", "s3:object-lock-retain-until-date"],
    actions: ["PutObject", "PutObjectRetention"],
  },
  {
    keys: ["s3:if-none-match", "s3:objectcreationoperation", "s3:x-amz-object-annotation-directive"],
    actions: ["PutObject"],
  },
  {
    keys: ["s3:requestobjecttag/", "s3:requestobjecttagkeys"],
    actions: ["BypassGovernanceRetention", "PutObject", "PutObjectTagging", "PutObjectVersionTagging"],
  },
  {
    keys: ["s3:versionid"],
    actions: [
      "DeleteObjectVersion",
      "DeleteObjectVersionAnnotation",
      "DeleteObjectVersionTagging",
      "GetObjectVersion",
      "GetObjectVersionAcl",
      "GetObjectVersionAnnotation",
      "GetObjectVersionAttributes",
      "GetObjectVersionTagging",
      "GetObjectVersionTorrent",
      "ListObjectVersionAnnotations",
      "PutObjectVersionAcl",
      "PutObjectVersionAnnotation",
      "PutObjectVersionTagging",
    ],
  },
  {
    keys: [
      "s3:x-amz-acl",
      "s3:x-amz-grant-full-control",
      "s3:x-amz-grant-read",
      "s3:x-amz-grant-read-acp",
      "s3:x-amz-grant-write",
      "s3:x-amz-grant-write-acp",
    ],
    actions: [
      "BypassGovernanceRetention",
      "CreateBucket",
      "PutBucketAcl",
      "PutObject",
      "PutObjectAcl",
      "PutObjectVersionAcl",
    ],
  },
  {
    keys: [
      "s3:x-amz-copy-source",
      "s3:x-amz-metadata-directive",
      "s3:x-amz-server-side-encryption-customer-algorithm",
      "s3:x-amz-website-redirect-location",
    ],
    actions: ["BypassGovernanceRetention", "PutObject"],
  },
  {
    keys: ["s3:x-amz-object-if-match"],
    actions: [
      "DeleteObjectAnnotation",
      "DeleteObjectVersionAnnotation",
      "PutObjectAnnotation",
      "PutObjectVersionAnnotation",
    ],
  },
  {
    keys: ["s3:x-amz-server-side-encryption", "s3:x-amz-server-side-encryption-aws-kms-key-id"],
    actions: ["BypassGovernanceRetention", "PutObject", "UpdateObjectEncryption"],
  },
  {
    keys: ["s3:x-amz-storage-class"],
    actions: ["BypassGovernanceRetention", "PutObject", "PutObjectAcl", "PutObjectVersionAcl"],
  },
];

const actionsByKey: ReadonlyMap<string, ReadonlySet<string>> = new Map(
  groups.flatMap(({ keys, actions }) => {
    const lowerCase = new Set(actions.map((action) => action.toLowerCase()));
    return keys.map((key) => [key, lowerCase] as const);
  }),
);

/** Actions of replication, whose keys AWS's reference tells only in part. */
const unsurveyed = /replicat|^allowvendedlogdelivery|^objectowneroverride|^(?:list|un)tag/;

const globalKeys: ReadonlySet<string> = new Set(
  `assumedroot calledvia calledviaawsmcp calledviafirst calledvialast chatbotsourcearn currenttime
  ec2instancesourceprivateipv4 ec2instancesourcevpc epochtime federatedprovider ismcpserviceaction multifactorauthage
  multifactorauthpresent principalaccount principalarn principalisawsservice principalorgid principalorgpaths
  principalservicename principalservicenameslist principaltype referer requestedregion resourceaccount resourceorgid
  resourceorgpaths securetransport sourceaccount sourcearn sourceidentity sourceip sourceorgid sourceorgpaths
  sourceowner sourcevpc sourcevpcarn sourcevpce tagkeys tokenissuetime useragent userid username viaawsmcpservice
  viaawsservice vpceaccount vpceorgid vpceorgpaths vpcsourceip`
    .split(/\s+/)
    .map((name) => `aws:${name}`),
);
const globalFamilies: readonly string[] = ["aws:principaltag/", "aws:requesttag/", "aws:resourcetag/"];

/** Keys that come with credentials: of the services that give them, and of identity providers, by their host names. */
const credentialKeys = /^(?:codebuild|ec2|glue|identitystore|lambda|saml|ssm|sts|[^:]+\.[^:]+):./;

/** Whether S3 knows a condition key and, if it is of some actions only, has it for this one. */
export function s3ConditionKey(written: string): { readonly goesWith: (action: string) => boolean } | undefined {
  const key = written.toLowerCase();
  const isOpen = ofEveryAction.has(key) || globalKeys.has(key) || credentialKeys.test(key);
  const families = [...familiesOfEveryAction, ...globalFamilies];
  if (isOpen || families.some((family) => isOf(family, key))) return { goesWith: () => true };
  const actions = actionsByKey.get(familyOf(key));
  if (!actions) return undefined;
  return {
    goesWith: (action) => {
      const name = action.toLowerCase().replace(/^s3:/, "");
      return actions.has(name) || unsurveyed.test(name);
    },
  };
}

/** `s3:existingobjecttag/team` is of `s3:existingobjecttag/`, which alone is no key. */
function familyOf(key: string): string {
  return key.endsWith("/") ? "" : key.replace(/\/.*$/s, "/");
}

function isOf(family: string, key: string): boolean {
  return key.startsWith(family) && key.length > family.length;
}
