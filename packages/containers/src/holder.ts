// The holder topology: a container of ours owns the network namespace, has the metadata addresses on its loopback, and
// is one instance. The app joins the namespace, so nobody else can ask as it, and it can ask as nobody else.
import { execFileSync } from "node:child_process";
import type { Socket } from "node:net";
import { networkInterfaces } from "node:os";
import { listen } from "@rolemint/host";
import { type MetadataOptions, startMetadata } from "./metadata.ts";
import { assembled, type Part } from "./part.ts";
import { pipeServer } from "./pipe.ts";

export interface HolderOptions extends Omit<MetadataOptions, "hosts" | "instance" | "accepts"> {
  readonly instance: string;
  /** The user that it goes on as, once the addresses are there. */
  readonly user?: { readonly uid: number; readonly gid: number };
  /** Where the namespace finds the AWS APIs, handed on to a socket; absent: on a network of the app's. */
  readonly gate?: { readonly address: string; readonly port: number; readonly socketPath: string };
}

const ADDRESS = "169.254.169.254";
const ADDRESS_IPV6 = "fd00:ec2::254";

/**
 * Needs the right to change the namespace's addresses (NET_ADMIN), and gives it up. First of all the way out is closed:
 * the namespace outlives us in its app, and what asks for metadata there must never reach a network.
 */
export function startHolder(options: HolderOptions): Promise<Part> {
  const hasIpv6 = hasLoopbackIpv6();
  ip("route", "replace", "unreachable", `${ADDRESS}/32`);
  if (hasIpv6) ip("-6", "route", "replace", "unreachable", `${ADDRESS_IPV6}/128`);
  addAddress(`${ADDRESS}/32`);
  if (options.gate) addAddress(`${options.gate.address}/32`);
  // Without duplicate address detection, which would leave nobody able to listen there for a moment.
  if (hasIpv6) addAddress(`${ADDRESS_IPV6}/128`, "nodad");
  else options.log.warn("the namespace has no IPv6: metadata is served over IPv4 only");
  if (options.user) {
    process.setgid?.(options.user.gid);
    process.setuid?.(options.user.uid);
  }
  const hosts = hasIpv6 ? [ADDRESS, ADDRESS_IPV6] : [ADDRESS];
  return assembled(async (onClose) => {
    if (options.gate) {
      const { address, port, socketPath } = options.gate;
      const gate = await listen(pipeServer({ path: socketPath }, isFromInside), address, port);
      onClose(() => gate.close());
    }
    const part = await startMetadata({ ...options, hosts, accepts: isFromInside });
    onClose(part.close);
    return part;
  });
}

/**
 * Only who shares the namespace has one of its addresses. Linux answers for a loopback address on every interface, so
 * without this a neighbour on the bridge would be served as this instance.
 */
function isFromInside({ remoteAddress = "" }: Socket): boolean {
  if (remoteAddress === ADDRESS || remoteAddress === ADDRESS_IPV6) return true;
  return Object.values(networkInterfaces()).some((addresses) =>
    addresses?.some(({ address }) => address === remoteAddress),
  );
}

function hasLoopbackIpv6(): boolean {
  return networkInterfaces()["lo"]?.some(({ family }) => family === "IPv6") ?? false;
}

/** The holder has not the right to give its namespace the metadata addresses. */
export class HolderError extends Error {}

function addAddress(address: string, ...flags: string[]): void {
  ip("address", "replace", address, "dev", "lo", ...flags);
}

function ip(...args: string[]): void {
  try {
    execFileSync("ip", args, { stdio: ["ignore", "ignore", "pipe"] });
  } catch (error) {
    const said = String((error as { stderr?: Buffer }).stderr ?? (error as Error).message).trim();
    throw new HolderError(`ip ${args.join(" ")} failed (${said}); the holder needs user root and cap_add NET_ADMIN`);
  }
}
