// The control plane as a container: the world, the seam for the data planes, the AWS APIs behind the gate, and the
// control API.

import { cacheOver } from "@rolemint/authority";
import type { Place } from "@rolemint/authority/remote";
import { type ServedState, serveAuthority } from "@rolemint/authority/remote-server";
import { prepareCaller } from "@rolemint/caller";
import { ApplyError, type Config } from "@rolemint/config";
import { openInjector } from "@rolemint/faults";
import { hostEntropy, lazyServer, listen } from "@rolemint/host";
import type { Log } from "@rolemint/host/log";
import { pause } from "@rolemint/host/schedule";
import { startDeletionSweep } from "@rolemint/simulator/buckets";
import { controlSurroundings } from "@rolemint/simulator/control-surroundings";
import { type ReadyFile, readyFileOf, readyInstances } from "@rolemint/simulator/ready-file";
import { startRotationClock } from "@rolemint/simulator/rotation-clock";
import { openState, type State, StoreAwayError } from "@rolemint/simulator/state";
import { localAuthority } from "@rolemint/world";
import { makeInstallation, makeStorageKeys } from "./installation.ts";
import { assembled, type Part } from "./part.ts";
import { containerTopology } from "./topology.ts";

export interface ControlPlaneOptions {
  readonly config: Config;
  readonly version: string;
  readonly state: string;
  /** Directories that other containers mount read-only: the seam's secret, and the object store's root key. */
  readonly installation: string;
  readonly storage: { readonly endpoint: string; readonly keys: string };
  /** Where the data planes ask. */
  readonly seam: readonly Place[];
  readonly host: string;
  /** For the AWS APIs that the gate pipes here. */
  readonly awsPort: number;
  readonly controlPort: number;
  /** Where programs in our own networks find the gate. */
  readonly gate: string;
  readonly log: Log;
}

/** The object store starts beside us, and waits for the key that we write: it answers a moment later. */
const STORE_ATTEMPTS = 300;
const STORE_PAUSE_MS = 200;

async function withStore(log: Log, open: () => Promise<State>): Promise<State> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await open();
    } catch (error) {
      if (!(error instanceof StoreAwayError) || attempt === STORE_ATTEMPTS) throw error;
      if (attempt === 1) log.info(`${error.message} yet; it is waited for`);
      await pause(STORE_PAUSE_MS);
    }
  }
}

/** The data planes of every installation. They go on while we are away, and come back when we do. */
const PARTS = ["imds", "s3-authorizer"] as const;

/** Of those that follow now. */
function namesOf(dataPlanes: ServedState["dataPlanes"]): string[] {
  return dataPlanes.filter(({ isLate }) => !isLate).map(({ name }) => name);
}

function healthOf(version: string, { dataPlanes, droppedEvents }: ServedState): object {
  const names = namesOf(dataPlanes);
  const part = (name: string) => (names.includes(name) ? "ok" : "away");
  const parts = { "control-plane": "ok", ...Object.fromEntries(PARTS.map((name) => [name, part(name)])) };
  const isWhole = Object.values(parts).every((state) => state === "ok");
  return { status: isWhole ? "ok" : "degraded", version, parts, dataPlanes: names, eventsDropped: droppedEvents };
}

/** As the verbs in this container read it; `rolemint connect` puts the published ports in. */
function readyFile({ world, operator, controlToken }: State, { gate, controlPort }: ControlPlaneOptions): ReadyFile {
  return {
    version: 1,
    pid: null,
    region: world.region,
    endpoints: { aws: gate, s3: gate, control: `http://127.0.0.1:${controlPort}` },
    operator: { accountId: operator.accountId, accessKeyId: operator.id, secretAccessKey: operator.secret },
    controlToken,
    instances: readyInstances(world, () => undefined),
  };
}

/** Rejects with StateError, ApplyError or ListenError; then nothing is left running. */
export function startControlPlane(options: ControlPlaneOptions): Promise<Part> {
  return assembled(async (onClose) => {
    const { version, host, log } = options;
    if (options.config.s3.backend === "endpoint") {
      throw new ApplyError("s3 of the config is not read in a container: give the store with --s3-endpoint instead");
    }
    const { secret } = makeInstallation(options.installation, options.config.region, hostEntropy);
    const keys = makeStorageKeys(options.storage.keys, hostEntropy);
    const config: Config = {
      ...options.config,
      s3: { backend: "endpoint", endpoint: options.storage.endpoint, ...keys },
    };
    const unexpected = (error: unknown) => log.error({ err: error }, "unexpected error");
    const state = await withStore(log, () => openState({ config, state: options.state, version, log }));
    onClose(() => state.close());
    const { world } = state;
    const authority = localAuthority(world);
    const callers = cacheOver(authority, prepareCaller);
    onClose(() => callers.stop());
    const injector = openInjector(authority, (event) => {
      authority.record({ Events: [event] }).catch(unexpected);
    });
    const rotation = startRotationClock(world, unexpected);
    onClose(() => rotation.stop());
    const deletions = startDeletionSweep(state, unexpected);
    onClose(() => deletions.stop());
    const seamOptions = { places: options.seam, secret, entropy: hostEntropy, log, awaited: PARTS };
    const seam = await serveAuthority(authority, seamOptions);
    onClose(() => seam.close());
    world.setTopology(containerTopology(() => namesOf(seam.state().dataPlanes)));

    const ready = readyFileOf({ state: options.state }, () => readyFile(state, options));
    const acknowledged = async () => {
      await seam.acknowledged();
      try {
        ready.refresh();
      } catch (error) {
        // What was asked is done, also when the place of the ready file is gone.
        unexpected(error);
      }
    };
    // Express and the actions are loaded with the first call: a control plane that only feeds data planes stays small.
    const apis = lazyServer(async () => {
      const { serveApis } = await import("./serve-apis.ts");
      return serveApis({ world, callers, injector, acknowledged, unexpected, frontSecret: secret });
    }, unexpected);
    const aws = await listen(apis.server, host, options.awsPort);
    onClose(() => aws.close());
    const surroundings = controlSurroundings({
      // As the file has it: the object store is ours to say, and no reason to refuse another file.
      config: options.config,
      state,
      rotation,
      acknowledged,
      endpointOf: () => undefined,
      flushEvents: async () => {},
      health: () => healthOf(version, seam.state()),
    });
    const controlApi = lazyServer(async () => {
      const { serveControl } = await import("@rolemint/simulator/serve-control");
      return serveControl({ ...surroundings, token: state.controlToken, unexpected, hosts: ["control-plane"] });
    }, unexpected);
    const control = await listen(controlApi.server, host, options.controlPort);
    onClose(() => control.close());
    onClose(() => ready.remove());
    ready.refresh();
    return { started: `control plane of account ${world.accountId}, ${world.region}`, isHealthy: () => true };
  });
}
