// The faults of single requests, in the order of the catalogue.
import type { RequestKind } from "../kind.ts";
import { credsBadToken } from "./creds.bad-token.ts";
import { credsPropagationDelay } from "./creds.propagation-delay.ts";
import { credsUnknownKey } from "./creds.unknown-key.ts";
import { imds5xx } from "./imds.5xx.ts";
import { imdsAssumeFailed } from "./imds.assume-failed.ts";
import { imdsDisabled } from "./imds.disabled.ts";
import { imdsExpiredCreds } from "./imds.expired-creds.ts";
import { imdsFlap } from "./imds.flap.ts";
import { imdsHopLimit } from "./imds.hop-limit.ts";
import { imdsIpv6Only } from "./imds.ipv6-only.ts";
import { imdsLyingExpiry } from "./imds.lying-expiry.ts";
import { imdsMalformed } from "./imds.malformed.ts";
import { imdsNoRole } from "./imds.no-role.ts";
import { imdsResetMidBody } from "./imds.reset-mid-body.ts";
import { imdsSlow } from "./imds.slow.ts";
import { imdsThrottle } from "./imds.throttle.ts";
import { imdsTokenEndpointOnlyFails } from "./imds.token-endpoint-only-fails.ts";
import { imdsTokenExpire } from "./imds.token-expire.ts";
import { imdsUnreachable } from "./imds.unreachable.ts";
import { imdsV1Only } from "./imds.v1-only.ts";
import { imdsV2Only } from "./imds.v2-only.ts";
import { s3ExpireAfterAccept } from "./s3.expire-after-accept.ts";
import { s3ExpireMidList } from "./s3.expire-mid-list.ts";
import { s3ExpireMidMultipart } from "./s3.expire-mid-multipart.ts";
import { s3HangOnExpired } from "./s3.hang-on-expired.ts";
import { s3PresignDies } from "./s3.presign-dies.ts";
import { s3SlowDown } from "./s3.slow-down.ts";
import { sts5xx } from "./sts.5xx.ts";
import { stsSourceExpired } from "./sts.source-expired.ts";
import { stsThrottle } from "./sts.throttle.ts";

export const REQUEST_KINDS: ReadonlyMap<string, RequestKind> = new Map(
  [
    imdsUnreachable,
    imdsHopLimit,
    imdsSlow,
    imdsThrottle,
    imds5xx,
    imdsV2Only,
    imdsV1Only,
    imdsTokenExpire,
    imdsTokenEndpointOnlyFails,
    imdsDisabled,
    imdsNoRole,
    imdsAssumeFailed,
    imdsMalformed,
    imdsExpiredCreds,
    imdsLyingExpiry,
    imdsFlap,
    imdsIpv6Only,
    imdsResetMidBody,
    credsUnknownKey,
    credsBadToken,
    credsPropagationDelay,
    s3ExpireMidMultipart,
    s3ExpireMidList,
    s3PresignDies,
    s3SlowDown,
    s3ExpireAfterAccept,
    s3HangOnExpired,
    stsThrottle,
    sts5xx,
    stsSourceExpired,
  ].map((kind) => [kind.name, kind]),
);
