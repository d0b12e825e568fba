// THE table of what the metadata service shows: one line a path, the version that brought it, and where its value comes
// from. A path whose value is undefined is not there. Gaps, since nothing of ours stands behind them: block devices,
// identity-credentials, public keys, IPv6 addresses, notices to spot and autoscaled instances, identity signatures.
// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instancedata-data-categories.html
import type { InstanceView } from "@rolemint/authority";
import { credentialText, identityText, profileText } from "./documents.ts";

/** Version 1.0 is given to callers without a token, 2.0 to those with one: `ec2:RoleDelivery`. */
export type Delivery = "1.0" | "2.0";

/** What a path shows: text, raw bytes, or a credential document with whose keys it holds. */
export type Leaf = string | Buffer | CredentialLeaf;

export interface CredentialLeaf {
  readonly text: string;
  readonly generation: number;
  readonly accessKeyId: string | undefined;
}

type Show = (view: InstanceView, name: string, delivery: Delivery) => Leaf | undefined;
type Row = readonly [path: string, since: string, show: Show];

/** What a name in braces stands for: a path with it is there once for each. `show` gets the name. */
export const NAMES: Readonly<Record<string, (view: InstanceView) => readonly string[]>> = {
  "{role}": (view) => (view.Profile?.RoleName === undefined ? [] : [view.Profile.RoleName]),
  "{mac}": (view) => [view.Mac],
  "{public-ip}": (view) => [view.PublicIp],
  "{tag}": (view) => (view.TagsInMetadata === "enabled" ? view.Tags.map((tag) => tag.Key).filter(isTagPath) : []),
};

/** https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/work-with-tags-in-IMDS.html */
function isTagPath(key: string): boolean {
  return /^[A-Za-z0-9+\-=.,_:@]+$/.test(key) && key !== "." && key !== ".." && key !== "_index";
}

const INTERFACE = "meta-data/network/interfaces/macs/{mac}";

// Paths without a documented version (`profile`) are taken to have been there always.
export const METADATA = [
  ["dynamic/fws/instance-monitoring", "2009-04-04", () => "disabled"],
  ["dynamic/instance-identity/document", "2009-04-04", (view) => identityText(view)],
  ["meta-data/ami-id", "1.0", (view) => view.ImageId],
  ["meta-data/ami-launch-index", "1.0", (view) => String(view.LaunchIndex)],
  ["meta-data/ami-manifest-path", "1.0", () => "(unknown)"],
  ["meta-data/events/maintenance/history", "2018-08-17", () => "[]"],
  ["meta-data/events/maintenance/scheduled", "2018-08-17", () => "[]"],
  ["meta-data/hostname", "1.0", (view) => privateName(view)],
  ["meta-data/iam/info", "2012-01-12", (view) => view.Profile && profileText(view.Profile)],
  ["meta-data/iam/security-credentials/{role}", "2012-01-12", (view, _, delivery) => credentials(view, delivery)],
  ["meta-data/instance-action", "2008-09-01", () => "none"],
  ["meta-data/instance-id", "1.0", (view) => view.InstanceId],
  ["meta-data/instance-life-cycle", "2019-10-01", () => "on-demand"],
  ["meta-data/instance-type", "2007-08-29", (view) => view.InstanceType],
  ["meta-data/local-hostname", "2007-01-19", (view) => privateName(view)],
  ["meta-data/local-ipv4", "1.0", (view) => view.PrivateIp],
  ["meta-data/mac", "2011-01-01", (view) => view.Mac],
  ["meta-data/metrics/vhostmd", "2011-05-01", () => '<?xml version="1.0" encoding="UTF-8"?>'],
  [`${INTERFACE}/device-number`, "2011-01-01", () => "0"],
  [`${INTERFACE}/interface-id`, "2011-01-01", (view) => view.InterfaceId],
  [`${INTERFACE}/ipv4-associations/{public-ip}`, "2011-01-01", (view) => view.PrivateIp],
  [`${INTERFACE}/local-hostname`, "2011-01-01", (view) => privateName(view)],
  [`${INTERFACE}/local-ipv4s`, "2011-01-01", (view) => view.PrivateIp],
  [`${INTERFACE}/mac`, "2011-01-01", (view) => view.Mac],
  [`${INTERFACE}/network-card-index`, "2020-11-01", () => "0"],
  [`${INTERFACE}/owner-id`, "2011-01-01", (view) => view.AccountId],
  [`${INTERFACE}/public-hostname`, "2011-01-01", (view) => publicName(view)],
  [`${INTERFACE}/public-ipv4s`, "2011-01-01", (view) => view.PublicIp],
  [`${INTERFACE}/security-group-ids`, "2011-01-01", (view) => view.SecurityGroupIds.join("\n")],
  [`${INTERFACE}/security-groups`, "2011-01-01", (view) => view.SecurityGroups.join("\n")],
  [`${INTERFACE}/subnet-id`, "2011-01-01", (view) => view.SubnetId],
  [`${INTERFACE}/subnet-ipv4-cidr-block`, "2011-01-01", (view) => view.SubnetCidr],
  [`${INTERFACE}/vpc-id`, "2011-01-01", (view) => view.VpcId],
  [`${INTERFACE}/vpc-ipv4-cidr-block`, "2011-01-01", (view) => view.VpcCidr],
  [`${INTERFACE}/vpc-ipv4-cidr-blocks`, "2016-06-30", (view) => view.VpcCidr],
  ["meta-data/placement/availability-zone", "2008-02-01", (view) => view.AvailabilityZone],
  ["meta-data/placement/availability-zone-id", "2019-10-01", (view) => view.AvailabilityZoneId],
  ["meta-data/placement/region", "2020-08-24", (view) => view.Region],
  ["meta-data/profile", "1.0", () => "default-hvm"],
  ["meta-data/public-hostname", "2007-01-19", (view) => publicName(view)],
  ["meta-data/public-ipv4", "2007-01-19", (view) => view.PublicIp],
  ["meta-data/reservation-id", "1.0", (view) => view.ReservationId],
  ["meta-data/security-groups", "1.0", (view) => view.SecurityGroups.join("\n")],
  ["meta-data/services/domain", "2014-02-25", (view) => (isChina(view) ? "amazonaws.com.cn" : "amazonaws.com")],
  ["meta-data/services/partition", "2015-10-20", (view) => partitionOf(view)],
  ["meta-data/system", "2022-09-24", () => "nitro"],
  ["meta-data/tags/instance/{tag}", "2021-03-23", (view, key) => view.Tags.find((tag) => tag.Key === key)?.Value],
  ["user-data", "1.0", (view) => (view.UserData === undefined ? undefined : Buffer.from(view.UserData, "base64"))],
] as const satisfies readonly Row[];

function credentials(view: InstanceView, delivery: Delivery): CredentialLeaf | undefined {
  const document = view.Credentials.find((each) => each.Delivery === delivery);
  if (!document) return undefined;
  return { text: credentialText(document), generation: document.Generation, accessKeyId: document.AccessKeyId };
}

/** https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/hostname-types.html: us-east-1 has domains of its own. */
function privateName(view: InstanceView): string {
  const domain = view.Region === "us-east-1" ? "ec2.internal" : `${view.Region}.compute.internal`;
  return `ip-${view.PrivateIp.replaceAll(".", "-")}.${domain}`;
}

function publicName(view: InstanceView): string {
  const domain = view.Region === "us-east-1" ? "compute-1" : `${view.Region}.compute`;
  return `ec2-${view.PublicIp.replaceAll(".", "-")}.${domain}.amazonaws.com`;
}

function isChina(view: InstanceView): boolean {
  return view.Region.startsWith("cn-");
}

function partitionOf(view: InstanceView): string {
  if (isChina(view)) return "aws-cn";
  return view.Region.startsWith("us-gov-") ? "aws-us-gov" : "aws";
}
