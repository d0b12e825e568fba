// The container that is the world. It publishes the AWS APIs and the control API on the loopback of the engine's host,
// and ends by itself, with all that belongs to it, when this process is gone.
import { Buffer } from "node:buffer";
import {
  type BoundPorts,
  GenericContainer,
  getContainerRuntimeClient,
  type StartedTestContainer,
} from "testcontainers";
import manifest from "../package.json" with { type: "json" };
import { holdLeash, openControl, versionAt } from "./control.ts";
import { followOutput, ReadyStrategy, untilRemoved } from "./output.ts";
import {
  type BucketOptions,
  CONFIG_FILE,
  openSettings,
  type RolePolicies,
  type Rotation,
  type WorldSettings,
} from "./settings.ts";
import { PORTS, StartedRolemintContainer } from "./started.ts";

const DEFAULT_IMAGE = "rolemint:dev";
const READY_FILE = "/var/lib/rolemint/ready.json";
const LOCAL = new Set(["localhost", "127.0.0.1", "::1"]);

/** What the container writes when it answers. */
interface Ready {
  readonly region: string;
  readonly operator: { readonly accountId: string; readonly accessKeyId: string; readonly secretAccessKey: string };
  readonly controlToken: string;
}

export class RolemintContainer extends GenericContainer {
  readonly #settings = openSettings();
  readonly #ready: ReadyStrategy;
  #id: string | undefined;

  /** `image` is one of rolemint, of the version of this package. */
  constructor(image = DEFAULT_IMAGE) {
    super(image);
    this.#ready = new ReadyStrategy((_, ports) => isHealthy(ports));
    this.withCommand(["serve", "all", "--config", CONFIG_FILE])
      .withExposedPorts(...Object.values(PORTS))
      .withLabels({ "rolemint.part": "all" })
      .withDroppedCapabilities("ALL")
      .withSecurityOpt("no-new-privileges:true")
      .withWaitStrategy(this.#ready)
      // The engine takes it away when it ends, also where nobody is left to do so.
      .withAutoRemove(false);
    this.hostConfig = { ...this.hostConfig, AutoRemove: true };
    // Holders ask by the sockets of these, which go away with the last of them.
    this.createOpts = {
      ...this.createOpts,
      Volumes: { "/run/rolemint": {}, "/run/rolemint-seam": {} },
      Healthcheck: { Test: ["NONE"] },
    };
  }

  /** A role that EC2 may assume, with managed policies by their ARNs and policies of its own. */
  withRole(name: string, policies?: RolePolicies): this {
    this.#settings.role(name, policies);
    return this;
  }

  /** When credentials are renewed and how long they live; default as on EC2. */
  withRotation(rotation: Rotation): this {
    this.#settings.rotation(rotation);
    return this;
  }

  withBucket(name: string, options?: BucketOptions): this {
    this.#settings.bucket(name, options);
    return this;
  }

  /** What else a `rolemint.yaml` can say: as an object, as YAML, or the path of a file. Other calls go over it. */
  withConfig(config: WorldSettings | string): this {
    this.#settings.config(config);
    return this;
  }

  /** Resolves when everything answers. Rejects with what was wrong with the settings. */
  override async start(): Promise<StartedRolemintContainer> {
    if (this.reuse) throw new Error("a RolemintContainer cannot be reused: it ends with the process that started it");
    const client = await getContainerRuntimeClient();
    const { host } = client.info.containerRuntime;
    if (LOCAL.has(host)) this.hostConfig.PortBindings = onLoopback(this.hostConfig.PortBindings);
    const { contents, files, directories } = this.#settings.files();
    this.withCopyContentToContainer(contents)
      .withCopyFilesToContainer(files)
      .withCopyDirectoriesToContainer(directories);
    const container = await this.#begun();
    const at = (port: number) => ({ host, port: container.getMappedPort(port) });
    const leash = holdLeash(at(PORTS.leash));
    try {
      const version = await versionAt(at(PORTS.control));
      if (version !== manifest.version) throw new Error(otherVersion(this.imageName.string, version));
      const ready = JSON.parse(await readFile(await container.copyArchiveFromContainer(READY_FILE))) as Ready;
      const control = openControl(at(PORTS.control), ready.controlToken);
      const { region, operator } = ready;
      const image = this.imageName.string;
      return new StartedRolemintContainer(container, { image, region, operator, control, leash });
    } catch (error) {
      leash.release();
      await container.stop();
      await untilRemoved(container.getId());
      throw error;
    }
  }

  /** What fails has ended, and says why. */
  async #begun(): Promise<StartedTestContainer> {
    try {
      return await super.start();
    } catch (error) {
      if (this.#id !== undefined) await untilRemoved(this.#id);
      else await this.#refuseMissingImage(error);
      throw error;
    }
  }

  /** Of an image that cannot be pulled the engine says neither the name nor where to have it from. */
  async #refuseMissingImage(cause: unknown): Promise<void> {
    const { image } = await getContainerRuntimeClient();
    if (await image.exists(this.imageName)) return;
    const how = "`docker compose build control-plane` in a checkout of rolemint makes rolemint:dev";
    throw new Error(`there is no image ${this.imageName.string}, and it cannot be pulled; ${how}`, { cause });
  }

  protected override async containerCreated(id: string): Promise<void> {
    this.#id = id;
    this.#ready.output = await followOutput(id);
  }
}

async function isHealthy(ports: BoundPorts): Promise<boolean> {
  const { info } = await getContainerRuntimeClient();
  const address = { host: info.containerRuntime.host, port: ports.getBinding(PORTS.control) };
  return (await versionAt(address)) !== undefined;
}

/** An app in a container reaches what is published on every address of the host, and the host's loopback never. */
function onLoopback(bindings: unknown): Record<string, { HostIp: string; HostPort: string }[]> {
  const all = Object.entries((bindings ?? {}) as Record<string, { HostIp?: string; HostPort: string }[]>);
  return Object.fromEntries(
    all.map(([port, hosts]) => [port, hosts.map(({ HostPort }) => ({ HostIp: "127.0.0.1", HostPort }))]),
  );
}

function otherVersion(image: string, version: string | undefined): string {
  const { name, version: own } = manifest;
  return `${image} is rolemint ${version ?? "of an unknown version"}, and ${name} is ${own}: use those of one version`;
}

/** The one file of a tar archive. https://www.gnu.org/software/tar/manual/html_node/Standard.html */
async function readFile(tar: NodeJS.ReadableStream): Promise<string> {
  const pieces: Buffer[] = [];
  for await (const piece of tar) pieces.push(Buffer.from(piece));
  const archive = Buffer.concat(pieces);
  const size = Number.parseInt(archive.toString("latin1", 124, 135), 8);
  return archive.toString("utf8", 512, 512 + size);
}
