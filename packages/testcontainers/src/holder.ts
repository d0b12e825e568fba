// The container that is an instance as far as the network goes: it owns the namespace which the app joins, has the
// metadata addresses on its loopback, and publishes what the app exposes.
import type { ContainerCreateOptions } from "dockerode";
import { type ContainerRuntimeClient, GenericContainer, type StartedTestContainer } from "testcontainers";
import { followOutput, ReadyStrategy } from "./output.ts";

export interface HolderSettings {
  readonly image: string;
  readonly instance: string;
  /** Id of the container whose seam it asks. */
  readonly worldId: string;
  /** How the app was to be made: its ports, network and names become the holder's. */
  readonly app: ContainerCreateOptions;
}

/** The forwarding of host ports sets it by itself. */
const FORWARDED = "host.testcontainers.internal:";

class HolderContainer extends GenericContainer {
  readonly #ready: ReadyStrategy;

  constructor({ image, instance, worldId, app }: HolderSettings) {
    super(image);
    // Whoever is not healthy has no address yet: the app starts after this line.
    this.#ready = new ReadyStrategy(({ text }) => text.includes("metadata at "));
    const { HostConfig = {}, Labels = {} } = app;
    this.withCommand(["serve", "holder", "--kit", "--instance", instance])
      .withLabels({ ...Labels, "rolemint.part": "holder", "rolemint.instance": instance })
      .withUser("root")
      .withDroppedCapabilities("ALL")
      .withAddedCapabilities("NET_ADMIN", "SETUID", "SETGID")
      .withSecurityOpt("no-new-privileges:true")
      .withWaitStrategy(this.#ready)
      // The engine takes it away when it ends, also where nobody is left to do so.
      .withAutoRemove(false);
    const { NetworkMode, PortBindings, ExtraHosts, Dns, DnsSearch, DnsOptions } = HostConfig;
    if (NetworkMode !== undefined) this.withNetworkMode(NetworkMode);
    this.hostConfig = {
      ...this.hostConfig,
      AutoRemove: true,
      // Read-only: the secret of the seam, and its sockets. The app has none of it.
      VolumesFrom: [`${worldId}:ro`],
      Sysctls: {
        ...HostConfig.Sysctls,
        "net.ipv6.conf.all.disable_ipv6": "0",
        "net.ipv6.conf.lo.disable_ipv6": "0",
        // A neighbour's question for the metadata address is not answered.
        "net.ipv4.conf.all.arp_ignore": "1",
      },
      PortBindings: PortBindings ?? {},
      ExtraHosts: (ExtraHosts ?? []).filter((host: string) => !host.startsWith(FORWARDED)),
      ...(Dns && { Dns }),
      ...(DnsSearch && { DnsSearch }),
      ...(DnsOptions && { DnsOptions }),
    };
    this.createOpts = {
      ...this.createOpts,
      Healthcheck: { Test: ["NONE"] },
      ExposedPorts: app.ExposedPorts ?? {},
      ...(app.Hostname && { Hostname: app.Hostname }),
    };
  }

  protected override async containerCreated(id: string): Promise<void> {
    this.#ready.output = await followOutput(id);
  }
}

/** Resolves when its addresses are there. Rejects with what it said; then nothing is left of it. */
export function startHolder(settings: HolderSettings): Promise<StartedTestContainer> {
  return new HolderContainer(settings).start();
}

/** How the app is made now that it has no namespace of its own: the engine refuses there what belongs to a network. */
export function joinedTo(holderId: string, app: ContainerCreateOptions): ContainerCreateOptions {
  const { ExposedPorts: _, Hostname: __, Domainname: ___, MacAddress: ____, NetworkingConfig: _____, ...rest } = app;
  const { PortBindings, PublishAllPorts, ExtraHosts, Dns, DnsSearch, DnsOptions, Links, ...host } =
    app.HostConfig ?? {};
  const sysctls = Object.entries(host.Sysctls ?? {}).filter(([name]) => !name.startsWith("net."));
  return {
    ...rest,
    HostConfig: { ...host, Sysctls: Object.fromEntries(sysctls), NetworkMode: `container:${holderId}` },
  };
}

/** Connects the holder to a further network of the app's, once. */
export async function connectHolder(
  client: ContainerRuntimeClient,
  holderId: string,
  network: Parameters<ContainerRuntimeClient["container"]["connectToNetwork"]>[1],
  aliases: string[],
): Promise<void> {
  const holder = client.container.getById(holderId);
  const { NetworkSettings } = await client.container.inspect(holder);
  const { Name, Id } = await network.inspect();
  const known = Object.entries(NetworkSettings.Networks).some(
    ([name, { NetworkID }]) => name === Name || NetworkID === Id,
  );
  if (!known) await client.container.connectToNetwork(holder, network, aliases);
}
