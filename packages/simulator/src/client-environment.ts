// The environment that an unmodified program needs to find a simulator, and to find nothing else: every variable from
// which an SDK could take other credentials, endpoints or settings is unset.

export interface Environment {
  readonly version: 1;
  readonly set: Readonly<Record<string, string>>;
  readonly unset: readonly string[];
}

/** Container and endpoint variables come in families; these are the members that SDKs know today. */
const CONTAINER = [
  "CREDENTIALS_RELATIVE_URI",
  "CREDENTIALS_FULL_URI",
  "AUTHORIZATION_TOKEN",
  "AUTHORIZATION_TOKEN_FILE",
];
const ENDPOINTS = [
  "S3",
  "STS",
  "IAM",
  "EC2",
  "CLOUDTRAIL",
  "SSO",
  "SSO_OIDC",
  "SIGNIN",
  "KMS",
  "SECRETS_MANAGER",
  "SSM",
];

const ALWAYS_UNSET = [
  "AWS_SESSION_TOKEN",
  "AWS_SECURITY_TOKEN",
  "AWS_CREDENTIAL_EXPIRATION",
  "AWS_PROFILE",
  "AWS_DEFAULT_PROFILE",
  "AWS_ROLE_ARN",
  "AWS_WEB_IDENTITY_TOKEN_FILE",
  ...CONTAINER.map((name) => `AWS_CONTAINER_${name}`),
  ...ENDPOINTS.map((name) => `AWS_ENDPOINT_URL_${name}`),
  "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS",
  "AWS_USE_FIPS_ENDPOINT",
  "AWS_USE_DUALSTACK_ENDPOINT",
  "AWS_EC2_METADATA_V1_DISABLED",
  "AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE",
];
const KEYS = ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"];
/** Hosts that no proxy may stand before; where a simulator is told another, that one too. */
const OURS = ["127.0.0.1", "localhost", "169.254.169.254"];

/** Where the AWS APIs answer, and as whom a program goes there: as an instance, or with the operator's key. */
export interface Place {
  readonly region: string;
  readonly aws: string;
  /** URL of the instance's metadata service. */
  readonly imds?: string;
  readonly operator?: { readonly accessKeyId: string; readonly secretAccessKey: string };
}

type Variables = Readonly<Record<string, string | undefined>>;

/**
 * `current` is the environment that it goes into: families of variables are unset by the members that are there.
 * `nowhere` is an empty file.
 */
export function clientEnvironment(place: Place, current: Variables, nowhere: string): Environment {
  const { imds, operator } = place;
  const set = {
    ...common(place, current, nowhere),
    ...(imds !== undefined && { AWS_EC2_METADATA_SERVICE_ENDPOINT: imds, AWS_EC2_METADATA_DISABLED: "false" }),
    ...(operator && {
      AWS_ACCESS_KEY_ID: operator.accessKeyId,
      AWS_SECRET_ACCESS_KEY: operator.secretAccessKey,
      AWS_EC2_METADATA_DISABLED: "true",
    }),
  };
  const families = Object.keys(current).filter((name) => /^AWS_(?:CONTAINER_|ENDPOINT_URL_)/.test(name));
  const others = operator ? ["AWS_EC2_METADATA_SERVICE_ENDPOINT"] : KEYS;
  return { version: 1, set, unset: [...new Set([...others, ...ALWAYS_UNSET, ...families])] };
}

function common({ region, aws }: Place, current: Variables, nowhere: string): Record<string, string> {
  const direct = new Set([...OURS, new URL(aws).hostname.replace(/[[\]]/g, "")]);
  return {
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    AWS_ENDPOINT_URL: aws,
    NO_PROXY: withHosts(current["NO_PROXY"], direct),
    no_proxy: withHosts(current["no_proxy"], direct),
    AWS_CONFIG_FILE: nowhere,
    AWS_SHARED_CREDENTIALS_FILE: nowhere,
  };
}

/** A lone `*` is every host already, and means nothing in a list. */
function withHosts(list: string | undefined, direct: ReadonlySet<string>): string {
  const entries = (list ?? "").split(",").filter((entry) => entry !== "");
  if (entries.join().trim() === "*") return "*";
  return [...new Set([...entries, ...direct])].join(",");
}

/** A process environment with the changes made. */
export function applied<Current extends Variables>(environment: Environment, current: Current): Current {
  const next: Record<string, string | undefined> = { ...current, ...environment.set };
  for (const name of environment.unset) delete next[name];
  return next as Current;
}
