// Every operation of AWS's own model of the service: what stands here and is not served answers 501 with its name.
// test/wire checks the list against the SDK.

export const STS_OPERATION_NAMES: ReadonlySet<string> = new Set(
  `
    AssumeRole AssumeRoleWithSAML AssumeRoleWithWebIdentity AssumeRoot DecodeAuthorizationMessage GetAccessKeyInfo
    GetCallerIdentity GetDelegatedAccessToken GetFederationToken GetSessionToken GetWebIdentityToken
  `
    .trim()
    .split(/\s+/),
);
