// The condition keys that a principal and a call bring into every policy decision, whatever the service.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
import type { Principal } from "./authority.ts";

export interface CallFacts {
  /** World time, milliseconds. */
  readonly now: number;
  readonly sourceIp: string;
  readonly userAgent?: string | undefined;
  readonly referer?: string | undefined;
  /** The world's, where instances are. */
  readonly region: string;
  /** The region of the endpoint that was called, where that is another. */
  readonly requestedRegion?: string | undefined;
  readonly isSecure: boolean;
}

/** Values by lower-case key, as the policy evaluator takes them. */
export type ConditionContext = Readonly<Record<string, string | readonly string[]>>;

/** The keys that hang on who signed: computed once for an identity. */
export function principalContext(principal: Principal): ConditionContext {
  const context: Record<string, string> = {
    "aws:principalarn": principal.PrincipalArn,
    "aws:principalaccount": principal.AccountId,
    "aws:principaltype": principal.Type,
    "aws:userid": principal.UserId,
    "aws:viaawsservice": "false",
    "aws:principalisawsservice": "false",
  };
  for (const { Key, Value } of principal.Tags) context[`aws:principaltag/${Key.toLowerCase()}`] = Value;
  if (principal.UserName !== undefined) context["aws:username"] = principal.UserName;
  if (principal.SourceIdentity !== undefined) context["aws:sourceidentity"] = principal.SourceIdentity;
  if (principal.IssuedAt !== undefined) {
    context["aws:tokenissuetime"] = new Date(principal.IssuedAt).toISOString().replace(/\.\d+Z$/, "Z");
    context["aws:multifactorauthpresent"] = "false";
  }
  return principal.InstanceId === undefined ? context : { ...context, ...instanceContext(principal) };
}

/** https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/iam-roles-for-amazon-ec2.html */
function instanceContext(principal: Principal): ConditionContext {
  return {
    "ec2:roledelivery": principal.Delivery ?? "",
    "aws:ec2instancesourcevpc": principal.InstanceVpc ?? "",
    "aws:ec2instancesourceprivateipv4": principal.InstanceIp ?? "",
  };
}

/** `principalContext` with the keys of one call added; `known` is not changed. */
export function callContext(
  known: ConditionContext,
  principal: Principal,
  call: CallFacts,
): Record<string, string | readonly string[]> {
  const context: Record<string, string | readonly string[]> = {
    ...known,
    "aws:currenttime": new Date(call.now).toISOString().replace(/\.\d+Z$/, "Z"),
    "aws:epochtime": String(Math.floor(call.now / 1000)),
    "aws:sourceip": call.sourceIp,
    "aws:securetransport": String(call.isSecure),
    "aws:requestedregion": call.requestedRegion ?? call.region,
  };
  if (call.userAgent !== undefined) context["aws:useragent"] = call.userAgent;
  if (call.referer !== undefined) context["aws:referer"] = call.referer;
  if (principal.InstanceId !== undefined) {
    context["ec2:sourceinstancearn"] =
      `arn:aws:ec2:${call.region}:${principal.AccountId}:instance/${principal.InstanceId}`;
  }
  return context;
}
