// The metadata service of the link-local topology: one listener at the real address for every app of a network, told
// apart by the address their packets come from.

import type { Socket } from "node:net";
import type { InstanceView } from "@rolemint/authority";
import { cacheOver, eventBuffer } from "@rolemint/authority";
import { hostEntropy } from "@rolemint/host";
import { startMetadataListener } from "@rolemint/imds";
import { limitHops } from "@rolemint/imds/hop-limit";
import { type DataPlaneOptions, isCurrent, joinControlPlane, untilAway } from "./data-plane.ts";
import { assembled, type Part } from "./part.ts";

export interface MetadataOptions extends Omit<DataPlaneOptions, "client"> {
  readonly hosts: readonly string[];
  readonly port: number;
  /** The one instance that everybody here is; absent: the source address tells. */
  readonly instance?: string;
  /** Whether a connection may be served at all. */
  readonly accepts?: (socket: Socket) => boolean;
  /** It ends when the control plane has been away for so long, milliseconds; absent: it waits for it. */
  readonly endsAfterMs?: number;
}

/** How many unknown addresses are told of; a scan must not fill the log. */
const TOLD_BOUND = 100;

/** Rejects with ListenError. */
export function startMetadata(options: MetadataOptions): Promise<Part> {
  return assembled(async (onClose) => {
    const { hosts, port, instance, accepts, log } = options;
    const client = instance === undefined ? "imds" : `holder of ${instance}`;
    const { authority } = await joinControlPlane({ ...options, client }, onClose);
    const cache = cacheOver(authority, () => undefined);
    onClose(() => cache.stop());
    const events = eventBuffer(authority, log);
    onClose(() => events.close());
    const told = new Set<string>();
    const seen = (view: InstanceView | undefined, socket: Socket): InstanceView | undefined => {
      // An instance whose IPv6 endpoint is off does not answer there.
      if (socket.remoteFamily === "IPv6" && view?.Ipv6 !== "enabled") return void socket.destroy();
      const { remoteAddress = "" } = socket;
      if (view?.IsUnknown && !told.has(remoteAddress) && told.size < TOLD_BOUND) {
        told.add(remoteAddress);
        const text = "a caller's address is no instance's: it is served as an instance without a profile";
        log.warn({ address: remoteAddress }, text);
      }
      return view;
    };
    const lookup = (socket: Socket) => {
      const query = instance === undefined ? { Address: socket.remoteAddress ?? "" } : { Name: instance };
      const found = cache.instanceBy(query);
      return found instanceof Promise ? found.then((view) => seen(view, socket)) : seen(found, socket);
    };
    for (const host of hosts) {
      const listener = await startMetadataListener({
        host,
        port,
        lookup,
        now: () => authority.clock().now,
        entropy: hostEntropy,
        record: events.record,
        faults: authority,
        limitHops,
        log,
        ...(accepts && { accepts }),
      });
      onClose(() => listener.close());
    }
    const started = `metadata at ${hosts.join(" and ")}, port ${port}`;
    const isHealthy = () => isCurrent(authority);
    if (options.endsAfterMs === undefined) return { started, isHealthy };
    const stopping = new AbortController();
    onClose(() => stopping.abort());
    return { started, isHealthy, ended: untilAway(authority, options.endsAfterMs, stopping.signal) };
  });
}
