// The environment that an unmodified program needs to find the simulator, and to find nothing else: every variable from
// which an SDK could take other credentials, endpoints or settings is unset.
import type { ReadyFile } from "@rolemint/simulator";
import { METADATA_ADDRESS } from "./addresses.ts";
import { instanceIn } from "./running.ts";

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
const OURS = ["127.0.0.1", "localhost", METADATA_ADDRESS];

/** Whose environment: an instance's by name (the only one without), or the operator's. */
export type Whose = { readonly instance: string | undefined } | "operator";

/** `current` is the environment that it goes into: families of variables are unset by the members that are there. */
export function environmentFor(
  ready: ReadyFile,
  whose: Whose,
  current: NodeJS.ProcessEnv,
  nowhere: string,
): Environment {
  const set = {
    ...common(ready, current, nowhere),
    ...(whose === "operator" ? operator(ready) : instance(ready, whose.instance)),
  };
  const families = Object.keys(current).filter((name) => /^AWS_(?:CONTAINER_|ENDPOINT_URL_)/.test(name));
  const others = whose === "operator" ? ["AWS_EC2_METADATA_SERVICE_ENDPOINT"] : KEYS;
  return { version: 1, set, unset: [...new Set([...others, ...ALWAYS_UNSET, ...families])] };
}

function common(ready: ReadyFile, current: NodeJS.ProcessEnv, nowhere: string): Record<string, string> {
  const direct = new Set([...OURS, new URL(ready.endpoints.aws).hostname.replace(/[[\]]/g, "")]);
  return {
    AWS_REGION: ready.region,
    AWS_DEFAULT_REGION: ready.region,
    AWS_ENDPOINT_URL: ready.endpoints.aws,
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

function instance(ready: ReadyFile, name: string | undefined): Record<string, string> {
  const { imds } = instanceIn(ready, name);
  return { AWS_EC2_METADATA_SERVICE_ENDPOINT: imds, AWS_EC2_METADATA_DISABLED: "false" };
}

function operator(ready: ReadyFile): Record<string, string> {
  const { accessKeyId, secretAccessKey } = ready.operator;
  return {
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    AWS_EC2_METADATA_DISABLED: "true",
  };
}

/** The environment as a shell evaluates it. */
export const SHELLS = {
  sh: ({ set, unset }) => [
    ...unset.map((name) => `unset ${name}`),
    ...Object.entries(set).map(([name, value]) => `export ${name}='${value.replaceAll("'", "'\\''")}'`),
  ],
  fish: ({ set, unset }) => [
    ...unset.map((name) => `set -e ${name};`),
    ...Object.entries(set).map(
      ([name, value]) => `set -gx ${name} '${value.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}';`,
    ),
  ],
  powershell: ({ set, unset }) => [
    ...unset.map((name) => `Remove-Item Env:${name} -ErrorAction SilentlyContinue`),
    ...Object.entries(set).map(([name, value]) => `$Env:${name} = '${value.replaceAll("'", "''")}'`),
  ],
} satisfies Record<string, (environment: Environment) => string[]>;

export type ShellName = keyof typeof SHELLS;

/** A process environment with the changes made. */
export function applied(environment: Environment, current: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const next = { ...current, ...environment.set };
  for (const name of environment.unset) delete next[name];
  return next;
}
