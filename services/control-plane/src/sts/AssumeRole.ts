// https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
import { AwsError, integer, list, required, string, struct, timestamp } from "@rolemint/wire";
import {
  type Account,
  MAX_TOKEN_BYTES,
  managedPolicy,
  parseArn,
  type Role,
  type Session,
  sessionArn,
  type World,
} from "@rolemint/world";
import { requestTagContext } from "../tag-context.ts";
import { action } from "./action.ts";
import { packedSize, sessionPolicyProblem } from "./session-policy.ts";
import { inheritedTags, roleTagContext, tagProblem } from "./session-tags.ts";

const SESSION_NAME = "[\\w+=,.@-]*";
const Arn = string({
  min: 20,
  max: 2048,
  pattern: "[\\u0009\\u000A\\u000D\\u0020-\\u007E\\u0085\\u00A0-\\uD7FF\\uE000-\\uFFFD\\u10000-\\u10FFFF]+",
});
const TagKey = string({ min: 1, max: 128, pattern: "[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]+" });
const TagValue = string({ max: 256, pattern: "[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]*" });

/** A session made by a role session lasts an hour at the most. */
const CHAINED_SECONDS = 3600;

export const AssumeRole = action({
  name: "AssumeRole",
  input: struct(
    {
      RoleArn: required(Arn),
      RoleSessionName: required(string({ min: 2, max: 64, pattern: SESSION_NAME })),
      PolicyArns: list(struct({ arn: Arn })),
      Policy: string({ min: 1, pattern: "[\\u0009\\u000A\\u000D\\u0020-\\u00FF]+" }),
      DurationSeconds: integer({ min: 900, max: 43200 }),
      Tags: list(struct({ Key: required(TagKey), Value: required(TagValue) }), { max: 50 }),
      TransitiveTagKeys: list(TagKey, { max: 50 }),
      ExternalId: string({ min: 2, max: 1224, pattern: "[\\w+=,.@:\\/-]*" }),
      SourceIdentity: string({ min: 2, max: 64, pattern: SESSION_NAME }),
    },
    ["SerialNumber", "TokenCode", "ProvidedContexts", "MinimumSessionTokenSize"],
  ),
  output: struct({
    SourceIdentity: string(),
    AssumedRoleUser: required(struct({ Arn: required(string()), AssumedRoleId: required(string()) })),
    Credentials: required(
      struct({
        AccessKeyId: required(string()),
        SecretAccessKey: required(string()),
        SessionToken: required(string()),
        Expiration: required(timestamp()),
      }),
    ),
    PackedPolicySize: integer(),
  }),
  errors: [
    "AccessDenied",
    "InvalidParameterValue",
    "MalformedPolicyDocument",
    "PackedPolicyTooLarge",
    "ValidationError",
  ],
  isReadOnly: true,
  needs({ world, account, input, caller }) {
    // Root is told the reason, which comes before any right.
    if (caller.Type === "Account") return [];
    const role = roleOf(world, account, input.RoleArn);
    const tags = inheritedTags(caller, input.Tags);
    const context = {
      "sts:rolesessionname": input.RoleSessionName,
      ...(input.ExternalId !== undefined && { "sts:externalid": input.ExternalId }),
      ...(input.SourceIdentity !== undefined && { "sts:sourceidentity": input.SourceIdentity }),
      ...(input.TransitiveTagKeys && { "sts:transitivetagkeys": input.TransitiveTagKeys }),
      ...requestTagContext(input.Tags),
      ...roleTagContext(role, tags, caller.TransitiveTagKeys),
    };
    const needs = ["sts:AssumeRole"];
    if (input.Tags?.length || caller.TransitiveTagKeys.length > 0) needs.push("sts:TagSession");
    if ((input.SourceIdentity ?? caller.SourceIdentity) !== undefined) needs.push("sts:SetSourceIdentity");
    return needs.map((need) => ({ action: need, resource: input.RoleArn, context, trust: { role } }));
  },
  handle({ world, account, input, caller, ids, now, fail }) {
    if (caller.Type === "Account") throw fail("AccessDenied", "Roles may not be assumed by root accounts.");
    const role = roleOf(world, account, input.RoleArn)!;
    const isChained = caller.Type === "AssumedRole";
    const seconds = input.DurationSeconds ?? 3600;
    if (isChained && seconds > CHAINED_SECONDS) {
      const text = "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.";
      throw fail("ValidationError", text);
    }
    if (seconds > role.maxSessionSeconds) {
      throw fail("ValidationError", "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.");
    }
    const tagFault = tagProblem(caller, input.Tags, input.TransitiveTagKeys);
    if (tagFault) throw fail("InvalidParameterValue", tagFault);
    if (
      input.SourceIdentity !== undefined &&
      caller.SourceIdentity !== undefined &&
      input.SourceIdentity !== caller.SourceIdentity
    ) {
      throw fail("AccessDenied", "The source identity of a session cannot be changed by role chaining.");
    }
    if (input.SourceIdentity?.startsWith("aws:")) {
      throw fail("ValidationError", "SourceIdentity must not begin with the reserved prefix aws:");
    }
    const sourceIdentity = input.SourceIdentity ?? caller.SourceIdentity;
    const policyArns = (input.PolicyArns ?? []).map(({ arn }) => arn ?? "");
    const policyFault = sessionPolicyProblem(
      input.Policy,
      policyArns,
      (arn) => managedPolicy(world, arn) !== undefined,
    );
    if (policyFault) throw fail(policyFault.code, policyFault.message);
    const session: Session = {
      accessKeyId: ids.accessKey("ASIA", account.id),
      accountId: account.id,
      roleId: role.id,
      roleName: role.name,
      sessionName: input.RoleSessionName,
      issued: now,
      expires: now + seconds * 1000,
      ...(isChained && { chained: true }),
      tags: inheritedTags(caller, input.Tags),
      transitiveTagKeys: [...caller.TransitiveTagKeys, ...(input.TransitiveTagKeys ?? [])],
      ...(sourceIdentity !== undefined && { sourceIdentity }),
      ...(input.Policy !== undefined && { policy: input.Policy }),
      ...(policyArns.length > 0 && { policyArns }),
    };
    const { token, secret } = world.sealer.seal(session);
    const packed = packedSize(input.Policy, policyArns, input.Tags ?? []);
    const tokenBytes = Buffer.byteLength(token, "base64");
    if (tokenBytes > MAX_TOKEN_BYTES || (packed ?? 0) > 100) {
      const percent = Math.max(packed ?? 0, Math.ceil((tokenBytes / MAX_TOKEN_BYTES) * 100));
      throw fail(
        "PackedPolicyTooLarge",
        `Packed policy consumes ${percent}% of allotted space, please use smaller policy.`,
      );
    }
    return {
      Credentials: {
        AccessKeyId: session.accessKeyId,
        SecretAccessKey: secret,
        SessionToken: token,
        Expiration: session.expires,
      },
      AssumedRoleUser: {
        AssumedRoleId: `${role.id}:${input.RoleSessionName}`,
        Arn: sessionArn(account.id, role.name, input.RoleSessionName),
      },
      PackedPolicySize: packed,
      SourceIdentity: session.sourceIdentity,
    };
  },
  trail: ({ input }, output) => ({
    resources: [{ type: "AWS::IAM::Role", arn: input.RoleArn }],
    responseElements: output && {
      credentials: {
        accessKeyId: output.Credentials.AccessKeyId,
        sessionToken: output.Credentials.SessionToken,
        expiration: output.Credentials.Expiration,
      },
      assumedRoleUser: { assumedRoleId: output.AssumedRoleUser.AssumedRoleId, arn: output.AssumedRoleUser.Arn },
    },
  }),
});

/** The role that a whole ARN names, path included; refuses what is no ARN. */
function roleOf(world: World, account: Account, arn: string): Role | undefined {
  const parts = parseArn(arn);
  if (!parts?.account) throw new AwsError("ValidationError", 400, `${arn} is invalid`);
  const name = /^role\/(?:.*\/)?([^/]+)$/.exec(parts.resource)?.[1];
  const owner = parts.account === account.id ? account : world.account(parts.account);
  const role = name === undefined ? undefined : owner.roles.get(name);
  return role?.arn === arn ? role : undefined;
}
