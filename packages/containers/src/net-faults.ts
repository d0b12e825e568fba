// Connections that are never made: in the namespace of the metadata service, answers to an app under such a fault
// have no way, so its SYN is as good as lost. Nothing else of the installation has NET_ADMIN, and this only where it
// is started.
import { execFileSync } from "node:child_process";
import type { ActiveFault } from "@rolemint/authority";
import type { Log } from "@rolemint/host/log";
import { everySecond } from "@rolemint/host/schedule";
import { type DataPlaneOptions, isCurrent, joinControlPlane } from "./data-plane.ts";
import { assembled, type Part } from "./part.ts";
import { NET_FAULTS } from "./topology.ts";

/** No right to change the routes of the namespace. */
export class NetFaultsError extends Error {}

/** Rejects with NetFaultsError. It follows the faults, and ends each at its end also while nobody tells it. */
export function startNetFaults(options: Omit<DataPlaneOptions, "client">): Promise<Part> {
  return assembled(async (onClose) => {
    const { log } = options;
    const routes = openBlackholes(log);
    onClose(() => routes.keep([]));
    const { authority } = await joinControlPlane({ ...options, client: NET_FAULTS }, onClose);
    const follow = () => {
      const isKnown = isCurrent(authority);
      routes.keep(isKnown ? droppedAt(authority.faults(), authority.clock().now) : []);
    };
    // Told before the change is acknowledged: who put a fault finds it done.
    onClose(authority.watch(follow));
    const heart = everySecond(follow);
    onClose(() => heart.stop());
    follow();
    return { started: "net-faults beside the metadata service", isHealthy: () => isCurrent(authority) };
  });
}

/** The addresses whose packets are dropped now. */
export function droppedAt(faults: readonly ActiveFault[], now: number): string[] {
  const acting = faults.filter(({ Begins, Ends, FromRefresh }) => !FromRefresh && Begins <= now && now < Ends);
  return acting.flatMap(({ Addresses = [] }) => Addresses);
}

function openBlackholes(log: Log) {
  let kept: ReadonlySet<string> | undefined;

  /** What an earlier run left counts too: it is killed without being asked. */
  function there(): ReadonlySet<string> {
    return new Set(
      [...ip("route", "show", "type", "blackhole").matchAll(/^blackhole (\S+)/gm)].map((line) => line[1]!),
    );
  }

  function keep(addresses: readonly string[]): void {
    const wanted = new Set(addresses);
    try {
      const before = kept ?? there();
      kept = undefined;
      for (const address of before) if (!wanted.has(address)) ip("route", "del", "blackhole", address);
      for (const address of wanted) if (!before.has(address)) ip("route", "replace", "blackhole", address);
      kept = wanted;
    } catch (error) {
      log.error({ err: error }, "the routes could not be changed");
    }
  }

  try {
    for (const address of there()) ip("route", "del", "blackhole", address);
    // Of a range that is nobody's: the right is missed now, and not with the first fault.
    ip("route", "replace", "blackhole", "192.0.2.1");
    ip("route", "del", "blackhole", "192.0.2.1");
  } catch (error) {
    const said = String((error as { stderr?: Buffer }).stderr ?? (error as Error).message).trim();
    throw new NetFaultsError(`routes cannot be changed (${said}); net-faults needs user root and cap_add NET_ADMIN`);
  }
  return { keep };
}

function ip(...args: readonly string[]): string {
  return execFileSync("ip", ["-4", ...args], { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
}
