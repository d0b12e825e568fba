// The JSON documents of the metadata service, byte for byte: two spaces, ` : ` between name and value, AWS's order of
// names, no final newline. Clients split these bytes by hand (s3fs), so nothing is ever added.
import type { CredentialDocument, InstanceView } from "@rolemint/authority";

/** https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instance-metadata-security-credentials.html */
export function credentialText(document: CredentialDocument): string {
  const { Code, Message, LastUpdated } = document;
  // https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_iam-ec2.html: code and message only, never a key.
  if (Code !== "Success") return documentText({ Code, Message, LastUpdated: isoSeconds(LastUpdated) });
  return documentText({
    Code,
    LastUpdated: isoSeconds(LastUpdated),
    Type: "AWS-HMAC",
    AccessKeyId: document.AccessKeyId,
    SecretAccessKey: document.SecretAccessKey,
    Token: document.Token,
    Expiration: document.Expiration === undefined ? undefined : isoSeconds(document.Expiration),
  });
}

/** `iam/info`. A profile that was deleted shows only why; one without a role shows a message among the rest. */
export function profileText(profile: NonNullable<InstanceView["Profile"]>): string {
  const { Code, Message } = profile;
  const LastUpdated = isoSeconds(profile.LastUpdated);
  if (Code !== "Success") return documentText({ Code, Message, LastUpdated });
  return documentText({ Code, Message, LastUpdated, InstanceProfileArn: profile.Arn, InstanceProfileId: profile.Id });
}

/** https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instance-identity-documents.html */
export function identityText(view: InstanceView): string {
  return documentText({
    accountId: view.AccountId,
    architecture: view.Architecture,
    availabilityZone: view.AvailabilityZone,
    billingProducts: null,
    devpayProductCodes: null,
    marketplaceProductCodes: null,
    imageId: view.ImageId,
    instanceId: view.InstanceId,
    instanceType: view.InstanceType,
    kernelId: null,
    pendingTime: isoSeconds(view.LaunchTime),
    privateIp: view.PrivateIp,
    ramdiskId: null,
    region: view.Region,
    version: "2017-09-30",
  });
}

/** Names whose value is undefined are left out. */
function documentText(fields: Readonly<Record<string, string | null | undefined>>): string {
  const lines = Object.entries(fields)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `  "${name}" : ${JSON.stringify(value)}`);
  return `{\n${lines.join(",\n")}\n}`;
}

/** Whole seconds only: a fraction crashes one SDK's parser and misleads another's. */
function isoSeconds(time: number): string {
  return new Date(time).toISOString().replace(/\.\d+Z$/, "Z");
}
