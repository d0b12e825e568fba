// Connections that are never made: in the namespace of the metadata service, answers to an app under such a fault
// have no way, so its SYN is as good as lost. Nothing else of the installation has NET_ADMIN, and this only where it
// is started.
import { execFileSync } from "node:child_process";
import { networkInterfaces } from "node:os";
import type { ActiveFault } from "@rolemint/authority";
import type { Log } from "@rolemint/host/log";
import { everySecond, wakeUp } from "@rolemint/host/schedule";
import { type DataPlaneOptions, isCurrent, joinControlPlane } from "./data-plane.ts";
import { assembled, type Part } from "./part.ts";
import { NET_FAULTS, START_NET_FAULTS } from "./topology.ts";

const METADATA_ADDRESS = "169.254.169.254";
/** A metadata service that crashed is back by then, with a namespace of its own that can be joined. */
const ORPHANED_MS = 3000;

/** The engine starts it again beside the same container, and cannot beside another. */
const NEXT = `where imds was made anew, \`${START_NET_FAULTS}\` starts it beside that`;

/** No right to change the routes of the namespace. */
export class NetFaultsError extends Error {}

/**
 * Rejects with NetFaultsError. It follows the faults, and ends each at its end also while nobody tells it. When the
 * metadata service was started anew it ends by itself: it is left in a namespace where there is nothing to drop.
 */
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
    const { promise: ended, resolve } = Promise.withResolvers<void>();
    const end = wakeUp(resolve);
    onClose(() => end.stop());
    let isOrphan = false;
    const heart = everySecond(() => {
      follow();
      if (isOrphan || isBesideMetadata()) return;
      isOrphan = true;
      log.warn(`the metadata service is gone from this namespace, and net-faults ends: ${NEXT}`);
      end.at(ORPHANED_MS);
    });
    onClose(() => heart.stop());
    follow();
    const isHealthy = () => !isOrphan && isCurrent(authority);
    return { started: "net-faults beside the metadata service", isHealthy, ended };
  });
}

/** The engine takes the addresses out of a namespace whose container has ended. */
function isBesideMetadata(): boolean {
  return Object.values(networkInterfaces()).some((all) => all?.some(({ address }) => address === METADATA_ADDRESS));
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
