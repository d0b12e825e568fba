// What in a service's environment or mounts keeps an SDK from the instance's role or from our endpoints, though the
// service stands on the right network.
import { METADATA_ADDRESS } from "../addresses.ts";
import type { ComposeService } from "./service.ts";

export interface Distraction {
  /** A variable's name, or a place in the container; never a value, which may be a secret. */
  readonly what: string;
  readonly effect: string;
  /** Whether the role is not used at all. */
  readonly isFatal: boolean;
}

interface Row {
  readonly names: RegExp;
  readonly effect: string;
  readonly isFatal: boolean;
  /** Absent: any but an empty one. */
  readonly value?: RegExp;
}

/** https://docs.aws.amazon.com/sdkref/latest/guide/standardized-credentials.html gives the order that SDKs look in. */
const VARIABLES: readonly Row[] = [
  {
    names: /^AWS_(ACCESS_KEY_ID|SECRET_ACCESS_KEY|SESSION_TOKEN|SECURITY_TOKEN)$/,
    effect: "SDKs take a key in the environment before the instance's role",
    isFatal: true,
  },
  {
    names: /^AWS_(WEB_IDENTITY_TOKEN_FILE|CONTAINER_CREDENTIALS_(RELATIVE|FULL)_URI|(DEFAULT_)?PROFILE)$/,
    effect: "SDKs look there before they ask for the instance's role",
    isFatal: true,
  },
  { names: /^AWS_EC2_METADATA_DISABLED$/, value: /^true$/i, effect: "SDKs do not ask for a role", isFatal: true },
  {
    names: /^AWS_EC2_METADATA_SERVICE_ENDPOINT(_MODE)?$/,
    value: /^(?!http:\/\/169\.254\.169\.254\/?$|IPv4$)./i,
    effect: `SDKs ask for the role elsewhere than at ${METADATA_ADDRESS}`,
    isFatal: true,
  },
  { names: /^AWS_ENDPOINT_URL_\w+$/, effect: "calls of that AWS service go elsewhere", isFatal: false },
  {
    names: /^AWS_(IGNORE_CONFIGURED_ENDPOINT_URLS|USE_FIPS_ENDPOINT|USE_DUALSTACK_ENDPOINT)$/,
    value: /^true$/i,
    effect: "AWS_ENDPOINT_URL does not count with it",
    isFatal: false,
  },
];

export function distractionsOf({ environment, mounts }: ComposeService): readonly Distraction[] {
  const given = Object.entries(environment);
  const variables = given.flatMap(([name, value]) =>
    VARIABLES.filter((row) => row.names.test(name) && (value === undefined || (row.value ?? /./).test(value))).map(
      ({ effect, isFatal }) => ({ what: name, effect, isFatal }),
    ),
  );
  const profiles = mounts
    .filter(({ target }) => /\/\.aws(\/credentials)?$/.test(target))
    .map(({ target }) => ({
      what: `the mount ${target}`,
      effect: "SDKs take a key in a profile before the instance's role",
      isFatal: true,
    }));
  return [...variables, ...profiles, ...proxies(given)];
}

/** A proxy cannot reach a link-local address of the app's network. */
function proxies(given: readonly (readonly [string, string | undefined])[]): readonly Distraction[] {
  const proxy = given.find(([name, value]) => /^(https?|all)_proxy$/i.test(name) && value !== "");
  const direct = given.filter(([name]) => /^no_proxy$/i.test(name)).map(([, value]) => value ?? "");
  if (proxy === undefined || direct.some((list) => list.includes(METADATA_ADDRESS) || list.trim() === "*")) return [];
  const effect = `requests to ${METADATA_ADDRESS} and to the endpoint go to the proxy; put both addresses into NO_PROXY`;
  return [{ what: proxy[0], effect, isFatal: false }];
}
