// Whether a real metadata service stands behind 169.254.169.254 on this machine: by what the firmware says of it and by
// the route table, never by a request, which would be answered with the machine's own credentials.
import { METADATA_ADDRESS } from "../addresses.ts";
import { type Finding, ok, warning } from "./finding.ts";

export interface HostSigns {
  /** Files of /sys/class/dmi/id; those that are not there or may not be read are left out. */
  readonly dmi: Readonly<Record<string, string>>;
  /** The text of /proc/net/route; empty where there is none. */
  readonly routes: string;
}

export const DMI_FILES = [
  "sys_vendor",
  "product_name",
  "board_vendor",
  "bios_vendor",
  "bios_version",
  "chassis_asset_tag",
] as const;

const CHECK = "metadata-service";

/** What clouds write into the firmware; of Azure and Oracle the asset tag, since others share the rest. */
const CLOUDS: readonly (readonly [cloud: string, file: (typeof DMI_FILES)[number], sign: RegExp])[] = [
  // https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/identify_ec2_instances.html
  ["Amazon EC2", "sys_vendor", /^Amazon EC2$/],
  ["Amazon EC2", "board_vendor", /^Amazon EC2$/],
  ["Amazon EC2", "bios_vendor", /^Amazon EC2$/],
  ["Amazon EC2", "bios_version", /amazon/i],
  ["Google Compute Engine", "product_name", /^Google/],
  ["Google Compute Engine", "sys_vendor", /^Google/],
  ["Microsoft Azure", "chassis_asset_tag", /^7783-7084-3265-9085-8269-3286-77$/],
  ["Oracle Cloud", "chassis_asset_tag", /^OracleCloud/],
  ["Alibaba Cloud", "sys_vendor", /^Alibaba Cloud/],
  ["Tencent Cloud", "sys_vendor", /^Tencent Cloud/],
  ["DigitalOcean", "sys_vendor", /^DigitalOcean/],
  ["Hetzner", "sys_vendor", /^Hetzner$/],
  ["OpenStack", "product_name", /^OpenStack/],
  ["OpenStack", "sys_vendor", /^OpenStack/],
];

export function checkMetadataService({ dmi, routes }: HostSigns): readonly Finding[] {
  const cloud = CLOUDS.find(([, file, sign]) => sign.test(dmi[file] ?? ""));
  const routed = linkLocalRoute(routes);
  const findings: Finding[] = [];
  if (cloud) {
    const message = `this machine is one of ${cloud[0]} (${cloud[1]}): a real metadata service is at ${METADATA_ADDRESS}`;
    const advice = `let no container ask without a link-local address or a holder, and keep containers from the real one; on EC2 by a hop limit of 1 with tokens required`;
    findings.push(warning(CHECK, message, advice));
  }
  if (routed) {
    const message = `this machine has a route to ${routed.range} by ${routed.device}, so something may answer at ${METADATA_ADDRESS}`;
    const advice = "see who made it with `ip route`; a Docker network of that range must go";
    findings.push(warning(CHECK, message, advice));
  }
  return findings.length > 0
    ? findings
    : [ok(CHECK, `nothing tells of a real metadata service at ${METADATA_ADDRESS}`)];
}

/** Of the kernel's table, in which addresses are little-endian hex; the default route is everybody's. */
function linkLocalRoute(routes: string): { readonly range: string; readonly device: string } | undefined {
  const wanted = addressNumber(METADATA_ADDRESS);
  for (const line of routes.split("\n").slice(1)) {
    const [device, destination, , , , , , mask] = line.trim().split(/\s+/);
    if (device === undefined || destination === undefined || mask === undefined) continue;
    const [net, bits] = [fromHex(destination), fromHex(mask)];
    const length = bits.toString(2).replaceAll("0", "").length;
    // The mask of a number of more than 31 bits is signed; >>> makes it whole again.
    if (length >= 16 && (wanted & bits) >>> 0 === net) return { range: `${addressText(net)}/${length}`, device };
  }
  return undefined;
}

function fromHex(text: string): number {
  return Buffer.from(text.padStart(8, "0"), "hex").readUInt32LE();
}

function addressNumber(address: string): number {
  return Buffer.from(address.split(".").map(Number)).readUInt32BE();
}

function addressText(number: number): string {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(number);
  return bytes.join(".");
}
