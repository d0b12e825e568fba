// The names that S3 takes for a new bucket: who makes one from a file or over the API asks here.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html

/** Letters and length. */
export const BUCKET_NAME = {
  pattern: /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/,
  what: "3 to 63 lower-case letters, digits, dots and hyphens, with a letter or digit at both ends",
} as const;

const PREFIXES = ["xn--", "sthree-", "amzn-s3-demo-"];
/** The last is for an account's regional namespace, which `x-amz-bucket-namespace` asks for and nobody here serves. */
const SUFFIXES = ["-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3", "-an"];

/** What is wrong with a name of the right letters and length, as a predicate; undefined when S3 takes it. */
export function bucketNameProblem(name: string): string | undefined {
  if (name.includes("..")) return "has two dots in a row, which S3 does not take in a bucket name";
  if (/^\d+\.\d+\.\d+\.\d+$/.test(name)) return "looks like an IP address, which S3 does not take as a bucket name";
  const prefix = PREFIXES.find((start) => name.startsWith(start));
  if (prefix !== undefined) return `begins with ${prefix}, which S3 keeps for itself`;
  const suffix = SUFFIXES.find((end) => name.endsWith(end));
  return suffix === undefined ? undefined : `ends with ${suffix}, which S3 keeps for itself`;
}

export function isNewBucketName(name: string): boolean {
  return BUCKET_NAME.pattern.test(name) && bucketNameProblem(name) === undefined;
}
