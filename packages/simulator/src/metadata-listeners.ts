// One metadata listener an instance: the endpoint topology, where the port is the identity. Listeners follow the
// world's instances: opened when one is launched, closed when it ends.
import type { Authority, AuthorityCache, EventBuffer } from "@rolemint/authority";
import { ListenError, type Listener, streamOf } from "@rolemint/host";
import type { Log } from "@rolemint/host/log";
import { startMetadataListener } from "@rolemint/imds";
import { type Instance, runningInstances, type World } from "@rolemint/world";

export interface MetadataListeners {
  /** Opens and closes until there is one listener for each running instance. Rejects when one could not be opened. */
  follow(): Promise<void>;
  endpointOf(instanceId: string): string | undefined;
  close(): Promise<void>;
}

const MAX_PORT = 65_535;

export interface MetadataListenerSettings {
  readonly host: string;
  /** The first port; 0 takes any free one for each instance. */
  readonly firstPort: number;
  /** Host name that clients are told. */
  readonly shownHost: string;
  readonly faults: Authority;
  readonly log: Log;
}

export function openMetadataListeners(
  world: World,
  cache: AuthorityCache<unknown>,
  events: EventBuffer,
  settings: MetadataListenerSettings,
): MetadataListeners {
  const { host, firstPort, shownHost } = settings;
  const open = new Map<string, Listener>();
  const keepsPorts = world.store.setting("imds.firstPort") === String(firstPort) && firstPort !== 0;
  let isStarted = false;
  let following: Promise<void> = Promise.resolve();

  const { now } = world;
  const listenOn = ({ id }: Instance, port: number) => {
    const lookup = () => cache.instance(id);
    const entropy = streamOf(world.entropy, `metadata tokens ${id}`);
    const { faults, log } = settings;
    return startMetadataListener({ host, port, lookup, now, entropy, record: events.record, faults, log });
  };

  /** Those of open listeners, and those that other running instances keep. */
  function usedPorts(): Set<number> {
    const kept = keepsPorts ? runningInstances(world).map((instance) => instance.port ?? 0) : [];
    return new Set([...[...open.values()].map((listener) => listener.port), ...kept]);
  }

  /**
   * The port it had last, else the next in order. One that another program has is passed over, but not at start where
   * it was the instance's own or that of one of the config.
   */
  async function openFor(instance: Instance): Promise<void> {
    if (firstPort === 0) return void open.set(instance.id, await listenOn(instance, 0));
    const kept = keepsPorts ? instance.port : undefined;
    const mayMove = isStarted || (kept === undefined && instance.configName === undefined);
    for (let port = kept ?? freePort(firstPort, usedPorts()); ; port++) {
      if (port > MAX_PORT) throw new ListenError("no port is left", host, port);
      try {
        open.set(instance.id, await listenOn(instance, port));
        return keepPort(world, instance.id, port);
      } catch (error) {
        const isTaken = error instanceof ListenError && error.code === "EADDRINUSE";
        if (!isTaken || !mayMove) throw error;
      }
    }
  }

  async function followOnce(): Promise<void> {
    const running = runningInstances(world);
    await closeAllBut(open, new Set(running.map((instance) => instance.id)));
    const missing = running.filter((instance) => !open.has(instance.id));
    await forEach(missing, openFor);
    isStarted = true;
    if (!keepsPorts) world.store.putSetting("imds.firstPort", String(firstPort));
  }

  return {
    follow() {
      following = following.catch(() => {}).then(followOnce);
      return following;
    },
    endpointOf(instanceId) {
      const listener = open.get(instanceId);
      return listener && `http://${shownHost}:${listener.port}`;
    },
    async close() {
      await following.catch(() => {});
      await Promise.all([...open.values()].map((listener) => listener.close()));
    },
  };
}

/** Does each, also after one has failed; rejects with the first failure. */
async function forEach(instances: readonly Instance[], act: (instance: Instance) => Promise<void>): Promise<void> {
  let failure: { readonly error: unknown } | undefined;
  for (const instance of instances) {
    await act(instance).catch((error: unknown) => {
      failure ??= { error };
    });
  }
  if (failure) throw failure.error;
}

async function closeAllBut(open: Map<string, Listener>, ids: ReadonlySet<string>): Promise<void> {
  for (const [id, listener] of open) {
    if (ids.has(id)) continue;
    open.delete(id);
    await listener.close();
  }
}

/** Written over what the instance is by now: it may have changed while its listener was opened. */
function keepPort(world: World, id: string, port: number): void {
  const instance = world.tables.instances.get(id);
  if (instance && instance.port !== port) world.change(() => world.tables.instances.put({ ...instance, port }));
}

function freePort(first: number, used: ReadonlySet<number>): number {
  let port = first;
  while (used.has(port)) port++;
  return port;
}
