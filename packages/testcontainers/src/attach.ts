// A container of the user's, started as an instance. Testcontainers gives its start a client of the engine; it gets one
// that makes the holder first, joins the container to it, and shows the holder's ports as the container's own. So the
// container is started by its own class, waits by its own strategy, and comes back as what its class gives.
import type { Container, ContainerCreateOptions, ContainerInspectInfo } from "dockerode";
import {
  type ContainerRuntimeClient,
  type GenericContainer,
  getContainerRuntimeClient,
  type RestartOptions,
  type StartedTestContainer,
  type StopOptions,
  type WaitStrategy,
  waitForContainer,
} from "testcontainers";
import type { ContentToCopy } from "./client-clock.ts";
import { connectHolder, joinedTo, startHolder } from "./holder.ts";
import { unlessGone, untilRemoved } from "./output.ts";

export interface AttachOptions {
  /** The role of an instance that is made for the container; not needed where the config has one of the name. */
  readonly role?: string;
  /** The instance; default the role's name. */
  readonly name?: string;
  /**
   * `world`: the container's clock goes as the world's. `own`: as the host's, until `skewClient`. Both preload
   * libfaketime, for programs of glibc (Node and Python in Debian's images, not static Go, not Alpine).
   */
  readonly clock?: "world" | "own";
}

/** A container that is an instance. */
export interface Attached {
  readonly instance: string;
  readonly containerId: string;
  readonly holderId: string;
  readonly clock: AttachOptions["clock"];
  /** Also while it stands still. */
  copy(file: ContentToCopy): Promise<void>;
  stop(): Promise<void>;
}

export interface Attachment {
  readonly image: string;
  readonly worldId: string;
  readonly instance: string;
  readonly clock: AttachOptions["clock"];
  /** Called with each start of the container, the first one too; the container is running, and not yet waited for. */
  started(attached: Attached): Promise<void>;
  /** The container and its holder are gone. */
  stopped(): Promise<void>;
}

/** What a GenericContainer of testcontainers 12 is inside. */
interface Inside {
  startContainer?: (client: ContainerRuntimeClient) => Promise<StartedTestContainer>;
  readonly reuse?: boolean;
  readonly networkMode?: string;
  readonly environment?: Readonly<Record<string, string>>;
  readonly exposedPorts?: readonly (number | string | { readonly container: number; readonly protocol?: string })[];
}

interface StartedInside {
  boundPorts: Parameters<WaitStrategy["waitUntilReady"]>[1];
  waitStrategy: WaitStrategy;
}

/** Variables that keep a program from asking for its role. */
const DISTRACTIONS = [
  "AWS_ACCESS_KEY_ID",
  "AWS_SECRET_ACCESS_KEY",
  "AWS_SESSION_TOKEN",
  "AWS_SECURITY_TOKEN",
  "AWS_PROFILE",
  "AWS_DEFAULT_PROFILE",
  "AWS_ROLE_ARN",
  "AWS_WEB_IDENTITY_TOKEN_FILE",
  "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
  "AWS_CONTAINER_CREDENTIALS_FULL_URI",
];

/** Listened on in the namespace; a program cannot have the same port of every address. */
const TAKEN = new Map([
  ["80/tcp", "metadata service's"],
  ["4566/tcp", "AWS APIs'"],
]);

/** Throws Error where the container cannot be an instance, or would not ask for its role. */
export function checkAttachable(container: GenericContainer): void {
  const {
    startContainer,
    reuse,
    networkMode,
    environment = {},
    exposedPorts = [],
  } = (container ?? {}) as unknown as Inside;
  if (typeof startContainer !== "function") {
    throw new Error("attach takes a GenericContainer of testcontainers 12 that is not started yet");
  }
  if (reuse) throw new Error("a container with withReuse() cannot be attached: its holder is made with each start");
  if (/^(?:host|none|container:.*)$/.test(networkMode ?? "")) {
    throw new Error(`a container with network mode ${networkMode} cannot be attached: the holder owns its network`);
  }
  for (const port of exposedPorts) {
    const [number, protocol = "tcp"] =
      typeof port === "object" ? [port.container, port.protocol] : String(port).split("/");
    const whose = TAKEN.get(`${number}/${protocol.toLowerCase()}`);
    if (whose === undefined) continue;
    throw new Error(`port ${number} is the ${whose} in the container's namespace: let its program listen on another`);
  }
  const given = DISTRACTIONS.filter((name) => environment[name]);
  if (/^true$/i.test(environment["AWS_EC2_METADATA_DISABLED"] ?? "")) given.push("AWS_EC2_METADATA_DISABLED");
  if (/^(?!http:\/\/169\.254\.169\.254\/?$)./i.test(environment["AWS_EC2_METADATA_SERVICE_ENDPOINT"] ?? "")) {
    given.push("AWS_EC2_METADATA_SERVICE_ENDPOINT");
  }
  if (given.length > 0)
    throw new Error(`the container would not ask for its role: take ${given.join(", ")} away from it`);
}

/** A start that is under way: it may be given up, and then it rejects. */
export interface Attaching<Started> {
  readonly started: Promise<Started>;
  /** Resolves when nothing is left of the container and its holder. */
  abandon(): Promise<void>;
}

/** Starts the container in the namespace of a new holder. What it rejects with, nothing is left of either. */
export function startAttached<Started>(
  container: { start(): Promise<Started> },
  attachment: Attachment,
): Attaching<Started> {
  const joining = openJoining(attachment);
  return { started: startedIn(container, joining), abandon: joining.abandon };
}

async function startedIn<Started>(
  container: { start(): Promise<Started> },
  joining: ReturnType<typeof openJoining>,
): Promise<Started> {
  const inside = container as unknown as Inside;
  const begin = inside.startContainer!;
  inside.startContainer = async (client) => {
    const started = await begin.call(container, joining.clientOver(client));
    return joining.adopt(started);
  };
  try {
    // What waits for the container to be ready may wait for long, once it has been taken away.
    return await Promise.race([container.start(), joining.abandoned]);
  } catch (error) {
    await joining.abandon();
    throw error;
  } finally {
    delete inside.startContainer;
  }
}

function openJoining(attachment: Attachment) {
  const { image, worldId, instance, clock } = attachment;
  let holder: StartedTestContainer | undefined;
  let app: Container | undefined;
  let running: StartedTestContainer | undefined;
  const { abandoned, made, close } = openMaking(instance);

  async function create(client: ContainerRuntimeClient, options: ContainerCreateOptions): Promise<Container> {
    holder = await startHolder({ image, instance, worldId, app: options });
    app = await client.container.create(joinedTo(holder.getId(), options));
    return app;
  }

  async function start(client: ContainerRuntimeClient, container: Container): Promise<void> {
    await client.container.start(container);
    await attachment.started(attached());
  }

  const attached = (): Attached => ({
    instance,
    clock,
    containerId: app!.id,
    holderId: holder!.getId(),
    copy: async (file) => void (await running?.copyContentToContainer([file])),
    stop: async () => void (await running?.stop()),
  });

  async function inspect(client: ContainerRuntimeClient, container: Container): Promise<ContainerInspectInfo> {
    const own = await client.container.inspect(container);
    if (container.id !== app?.id) return own;
    return withNetworkOf(await client.container.inspect(client.container.getById(holder!.getId())), own);
  }

  return {
    clientOver(client: ContainerRuntimeClient): ContainerRuntimeClient {
      const over = {
        create: (options: ContainerCreateOptions) => made(() => create(client, options)),
        start: (container: Container) => made(() => start(client, container)),
        inspect: (container: Container) => inspect(client, container),
        connectToNetwork: (_: Container, network: Parameters<typeof connectHolder>[2], aliases: string[]) =>
          connectHolder(client, holder!.getId(), network, aliases),
      };
      return Object.create(client, { container: { value: Object.assign(Object.create(client.container), over) } });
    },
    adopt(started: StartedTestContainer): StartedTestContainer {
      running = started;
      return heldBy(started, app!, {
        async stopped() {
          if (!holder) return;
          const ending = holder;
          holder = undefined;
          await ended(ending).finally(attachment.stopped);
        },
        restarted: () => attachment.started(attached()),
      });
    },
    /** Rejects when the start is given up. */
    abandoned,
    /** After a start that failed, or to make it fail: whatever of both is there goes. */
    async abandon(): Promise<void> {
      await close();
      await app?.remove({ force: true, v: true }).catch(() => {});
      await holder?.stop().catch(() => {});
      if (holder) await untilRemoved(holder.getId());
      await attachment.stopped();
    },
  };
}

/** What the engine is asked for while a container is started, until the start is given up. */
function openMaking(instance: string) {
  const { promise: abandoned, reject } = Promise.withResolvers<never>();
  abandoned.catch(() => {});
  let isClosed = false;
  let making: Promise<unknown> = Promise.resolve();
  return {
    abandoned,
    /** Nothing begins that would be left behind. */
    made<Made>(make: () => Promise<Made>): Promise<Made> {
      if (isClosed) return abandoned;
      const done = make();
      making = done.catch(() => {});
      return done;
    },
    /** Resolves when what was begun is there, or has failed. */
    async close(): Promise<void> {
      isClosed = true;
      reject(new Error(`${instance} was not attached: the RolemintContainer was stopped meanwhile`));
      await making;
    },
  };
}

/** The network is the holder's, and so is what is published of it. */
function withNetworkOf(holder: ContainerInspectInfo, own: ContainerInspectInfo): ContainerInspectInfo {
  return {
    ...own,
    NetworkSettings: holder.NetworkSettings,
    HostConfig: { ...own.HostConfig, PortBindings: holder.HostConfig.PortBindings },
    Config: { ...own.Config, Hostname: holder.Config.Hostname },
  };
}

/** It may have died before. */
async function ended(holder: StartedTestContainer): Promise<void> {
  await unlessGone(holder.stop());
  await untilRemoved(holder.getId());
}

interface Held {
  stopped(): Promise<void>;
  restarted(): Promise<void>;
}

/** Its stop takes the holder along, and its restart knows the ports: testcontainers would look for its own. */
function heldBy(started: StartedTestContainer, app: Container, held: Held): StartedTestContainer {
  const stop = started.stop.bind(started);
  started.stop = async (options?: Partial<StopOptions>) => {
    // The engine cannot end one that stands still.
    await app.unpause().catch(() => {});
    try {
      return await stop(options);
    } finally {
      await held.stopped();
    }
  };
  started.restart = async (options?: Partial<RestartOptions>) => {
    const client = await getContainerRuntimeClient();
    await client.container.restart(app, { timeout: 0, ...options });
    await held.restarted();
    const { State } = await client.container.inspect(app);
    const { waitStrategy, boundPorts } = started as unknown as StartedInside;
    await waitForContainer(client, app, waitStrategy, boundPorts, new Date(State.StartedAt));
  };
  return started;
}
