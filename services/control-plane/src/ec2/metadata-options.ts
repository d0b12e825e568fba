// Metadata options as a request gives them, checked and put over what the instance has.
// https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifyInstanceMetadataOptions.html
import type { AwsError } from "@rolemint/wire";
import type { MetadataOptions, Tag } from "@rolemint/world";

export interface OptionsInput {
  readonly HttpTokens?: "optional" | "required" | undefined;
  readonly HttpPutResponseHopLimit?: number | undefined;
  readonly HttpEndpoint?: "enabled" | "disabled" | undefined;
  readonly HttpProtocolIpv6?: "enabled" | "disabled" | undefined;
  readonly InstanceMetadataTags?: "enabled" | "disabled" | undefined;
}

type Fail = (code: "InvalidParameterValue", text: string) => AwsError;

/** The options after the change. Tags may only be shown when every key can be a path. */
export function changedOptions(
  before: MetadataOptions,
  input: OptionsInput,
  tags: readonly Tag[],
  fail: Fail,
): MetadataOptions {
  const hopLimit = input.HttpPutResponseHopLimit;
  if (hopLimit !== undefined && (hopLimit < 1 || hopLimit > 64)) {
    const text = `A value between 1 and 64 is required for httpPutResponseHopLimit. Received: ${hopLimit}`;
    throw fail("InvalidParameterValue", text);
  }
  const options: MetadataOptions = {
    tokens: input.HttpTokens ?? before.tokens,
    hopLimit: hopLimit ?? before.hopLimit,
    endpoint: input.HttpEndpoint ?? before.endpoint,
    ipv6: input.HttpProtocolIpv6 ?? before.ipv6,
    tags: input.InstanceMetadataTags ?? before.tags,
  };
  if (options.tags === "enabled") checkTagKeys(tags, fail);
  return options;
}

/** https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/work-with-tags-in-IMDS.html */
export function checkTagKeys(tags: readonly Tag[], fail: Fail): void {
  const bad = tags.find(({ Key }) => !/^[0-9a-zA-Z\-_+=,.@:]{1,255}$/.test(Key) || [".", "..", "_index"].includes(Key));
  if (!bad) return;
  const rule = "Tag keys must match pattern ([0-9a-zA-Z\\-_+=,.@:]{1,255}), and must not be a reserved name";
  throw fail("InvalidParameterValue", `'${bad.Key}' is not a valid tag key. ${rule} ('.', '..', '_index')`);
}
