// `rolemint serve PART`: what the image runs, one service a container, and of the code only what that one needs. The
// places that the containers share are fixed here, since the image and the compose file fix them too.
import { mkdirSync } from "node:fs";
import { resolve } from "node:path";
import { type Place, placeIn } from "@rolemint/authority/remote-protocol";
import { beat } from "@rolemint/containers/heartbeat";
import type { Part } from "@rolemint/containers/part";
import type { ListenError } from "@rolemint/host";
import { stderrLog } from "@rolemint/host/log";
import { GATE_ADDRESS, METADATA_ADDRESS } from "../addresses.ts";
import { CliError } from "../exit.ts";
import { DEFAULT_STATE } from "../running.ts";
import { untilSignal } from "../signals.ts";

export interface ServeFlags {
  readonly config?: string;
  readonly state?: string;
  readonly instance?: string;
  readonly seam?: string;
  readonly s3Endpoint?: string;
  /** Of a test kit: the holder has the AWS APIs too, and ends when everything else has. */
  readonly kit?: boolean;
}

/** Volumes: the seam's secret, its socket, the object store's root key. */
const INSTALLATION = "/run/rolemint";
const SOCKET = "/run/rolemint-seam/authority.sock";
const STORAGE_KEYS = "/run/storage";
/** Of a container that is everything; the kit reads it from there. */
const READY_FILE = "/var/lib/rolemint/ready.json";
const PARTS = "control-plane, imds, s3-authorizer, holder, net-faults or all";
const HEARTBEAT = "/tmp/rolemint-healthy";
const AWS_SOCKET = "/run/rolemint-seam/aws.sock";
const PORTS = { seam: 4570, awsApis: 4571, front: 4566, control: 4567, leash: 4568, metadata: 80 } as const;
const DEFAULT_SEAM = `control-plane:${PORTS.seam}`;
const DEFAULT_S3 = "http://minio:9000";
/** The image's own user, as which the holder goes on. */
const USER = { uid: 1000, gid: 1000 };
/** What a holder of a test kit is: the AWS APIs are where compose projects have them. */
const KIT = { gate: { address: GATE_ADDRESS, port: PORTS.front, socketPath: AWS_SOCKET }, endsAfterMs: 5000 } as const;

/** Resolves when the part has ended. */
export async function serve(name: string, flags: ServeFlags, version: string): Promise<void> {
  const ended = untilSignal();
  const log = stderrLog("info");
  const starting = start(name, flags, version, log).catch(fail);
  // A part that still waits for another has nothing to close.
  const part = await Promise.race([starting, ended.then(() => undefined)]);
  if (!part) return process.exit(0);
  const heart = beat(HEARTBEAT, part.isHealthy);
  log.info(part.started);
  await Promise.race(part.ended ? [ended, part.ended] : [ended]);
  heart.stop();
  await part.close();
}

async function fail(error: unknown): Promise<never> {
  const { asCliError } = await import("../start-errors.ts");
  throw asCliError(error, {
    listen: nextForListener,
    store: "start it, or name another with --s3-endpoint",
    readyFile: "choose another place with --state",
  });
}

function nextForListener({ code }: ListenError): string {
  if (code === "EADDRINUSE") return "end that program: a part's ports are fixed";
  if (code === "EACCES") return "allow it with the sysctl net.ipv4.ip_unprivileged_port_start=0";
  return "give the container that address, under link_local_ips of a network";
}

function seamIn(text: string): Place {
  try {
    return placeIn(text);
  } catch (error) {
    throw new CliError("usage", `${(error as Error).message}; give --seam as ${DEFAULT_SEAM} or ${SOCKET}`);
  }
}

async function start(
  name: string,
  flags: ServeFlags,
  version: string,
  log: ReturnType<typeof stderrLog>,
): Promise<Part> {
  const storage = { endpoint: flags.s3Endpoint ?? DEFAULT_S3, keys: STORAGE_KEYS };
  const joined = { controlPlane: seamIn(flags.seam ?? DEFAULT_SEAM), installation: INSTALLATION, log };
  switch (name) {
    case "control-plane": {
      const state = resolve(flags.state ?? DEFAULT_STATE);
      mkdirSync(state, { recursive: true });
      const { startControlPlane } = await import("@rolemint/containers/control-plane");
      const { configInUse } = await import("../config-file.ts");
      const { config, remember } = await configInUse(flags.config, state, version);
      const part = await startControlPlane({
        config,
        version,
        state,
        installation: INSTALLATION,
        storage,
        seam: [{ host: "0.0.0.0", port: PORTS.seam }, { socketPath: SOCKET }],
        host: "0.0.0.0",
        awsPort: PORTS.awsApis,
        controlPort: PORTS.control,
        gate: `http://s3-authorizer:${PORTS.front}`,
        log,
      });
      remember();
      return part;
    }
    case "imds": {
      const { startMetadata } = await import("@rolemint/containers/metadata");
      return startMetadata({ ...joined, hosts: [METADATA_ADDRESS], port: PORTS.metadata });
    }
    case "holder": {
      if (flags.instance === undefined) throw new CliError("usage", "say which instance the holder is: --instance");
      const { startHolder } = await import("@rolemint/containers/holder");
      const kit = flags.kit ? { ...KIT, controlPlane: { socketPath: SOCKET } } : {};
      return startHolder({ ...joined, instance: flags.instance, port: PORTS.metadata, user: USER, ...kit });
    }
    case "net-faults": {
      const { startNetFaults } = await import("@rolemint/containers/net-faults");
      return startNetFaults(joined);
    }
    case "all": {
      const { startAllInOne } = await import("@rolemint/containers/all-in-one");
      const { configInUse } = await import("../config-file.ts");
      const { config } = await configInUse(flags.config, undefined, version);
      return startAllInOne({
        config,
        version,
        readyFile: READY_FILE,
        installation: INSTALLATION,
        seamSocket: SOCKET,
        awsSocket: AWS_SOCKET,
        ports: { aws: PORTS.front, control: PORTS.control, leash: PORTS.leash },
        log,
      });
    }
    case "s3-authorizer": {
      const { startGate } = await import("@rolemint/containers/s3-gate");
      const awsApis = { host: "control-plane", port: PORTS.awsApis };
      return startGate({ ...joined, host: "0.0.0.0", port: PORTS.front, awsApis, storage });
    }
    default:
      throw new CliError("usage", `there is no part ${name}: ${PARTS}`);
  }
}
