// Everything in one container, for test kits: a world in memory, the AWS APIs and the control API for the kit on the
// host, the seam and the AWS APIs for holders by Unix sockets, so that apps need no network in common with it.

import { cacheOver, eventBuffer } from "@rolemint/authority";
import { serveAuthority } from "@rolemint/authority/remote-server";
import { prepareCaller } from "@rolemint/caller";
import type { Config } from "@rolemint/config";
import { hostEntropy, lazyServer, listen } from "@rolemint/host";
import { listenOnPath } from "@rolemint/host/listen";
import type { Log } from "@rolemint/host/log";
import { pause } from "@rolemint/host/schedule";
import { controlSurroundings } from "@rolemint/simulator/control-surroundings";
import { openFront } from "@rolemint/simulator/front";
import { type ReadyFile, readyFileOf, readyInstances } from "@rolemint/simulator/ready-file";
import { startRotationClock } from "@rolemint/simulator/rotation-clock";
import { openState, type State } from "@rolemint/simulator/state";
import { localAuthority } from "@rolemint/world";
import { makeInstallation } from "./installation.ts";
import { openLeash } from "./leash.ts";
import { isNeighbour } from "./neighbours.ts";
import { assembled, type Part } from "./part.ts";
import { pipeServer } from "./pipe.ts";
import { containerTopology } from "./topology.ts";

export interface AllInOneOptions {
  readonly config: Config;
  readonly version: string;
  /** Where the ready file goes. */
  readonly readyFile: string;
  /** The directory that holders read the seam's secret from, and their sockets. */
  readonly installation: string;
  readonly seamSocket: string;
  readonly awsSocket: string;
  readonly ports: { readonly aws: number; readonly control: number; readonly leash: number };
  readonly log: Log;
}

const ANY = "0.0.0.0";
/** Longer than a holder keeps an event before it sends it. */
const HOLDERS_SEND_MS = 50;

/** Rejects with ApplyError or ListenError; then nothing is left running. It ends when the kit has gone. */
export function startAllInOne(options: AllInOneOptions): Promise<Part> {
  return assembled(async (onClose) => {
    const { config, version, ports, log } = options;
    const unexpected = (error: unknown) => log.error({ err: error }, "unexpected error");
    const { secret } = makeInstallation(options.installation, config.region, hostEntropy);
    const state = await openState({ config, version, log });
    onClose(() => state.close());
    const { world } = state;
    const authority = localAuthority(world);
    const cache = cacheOver(authority, prepareCaller);
    onClose(() => cache.stop());
    const events = eventBuffer(authority, log);
    onClose(() => events.close());
    world.beforeNote(() => void events.flush());
    const rotation = startRotationClock(world, unexpected);
    onClose(() => rotation.stop());
    const seam = await serveAuthority(authority, {
      places: [{ socketPath: options.seamSocket }],
      secret,
      entropy: hostEntropy,
      log,
    });
    onClose(() => seam.close());
    world.setTopology(containerTopology(() => seam.state().dataPlanes.map(({ name }) => name)));
    const { acknowledged } = seam;
    const front = openFront({ options: { config, version }, state, authority, cache, events, acknowledged, log });
    onClose(() => front.close());
    const aws = await listen(front.server, ANY, ports.aws);
    onClose(() => aws.close());
    const held = await listenOnPath(pipeServer({ host: "127.0.0.1", port: ports.aws }), options.awsSocket);
    onClose(() => held.close());
    const surroundings = controlSurroundings({
      config,
      state,
      rotation,
      acknowledged,
      endpointOf: () => undefined,
      flushEvents: async () => void (await Promise.all([events.flush(), pause(HOLDERS_SEND_MS)])),
      health: () => ({
        status: "ok",
        version,
        parts: { "control-plane": "ok", imds: "ok", "s3-authorizer": "ok" },
        dataPlanes: ["s3-authorizer", ...seam.state().dataPlanes.map(({ name }) => name)],
        eventsDropped: events.dropped + seam.state().droppedEvents,
      }),
    });
    const controlApi = lazyServer(async () => {
      const { serveControl } = await import("@rolemint/simulator/serve-control");
      return serveControl({ ...surroundings, token: state.controlToken, unexpected });
    }, unexpected);
    // The host comes by the network's gateway, other containers from its addresses: those are not for the control API.
    controlApi.server.prependListener("connection", (socket) => isNeighbour(socket) && socket.destroy());
    const control = await listen(controlApi.server, ANY, ports.control);
    onClose(() => control.close());
    const leash = await openLeash(ANY, ports.leash, { refuses: isNeighbour });
    onClose(() => leash.close());
    const ready = readyFileOf({ readyFiles: [options.readyFile] }, () => readyFile(state, ports));
    onClose(() => ready.remove());
    ready.refresh();
    front.warmSoon();
    void controlApi.warm();
    return { started: `everything for ${world.accountId}, ${world.region}`, isHealthy: () => true, ended: leash.ended };
  });
}

function readyFile({ world, operator, controlToken }: State, ports: AllInOneOptions["ports"]): ReadyFile {
  const aws = `http://127.0.0.1:${ports.aws}`;
  return {
    version: 1,
    pid: process.pid,
    region: world.region,
    endpoints: { aws, s3: aws, control: `http://127.0.0.1:${ports.control}` },
    operator: { accountId: operator.accountId, accessKeyId: operator.id, secretAccessKey: operator.secret },
    controlToken,
    instances: readyInstances(world, () => undefined),
  };
}
