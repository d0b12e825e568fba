// The S3 gate as a container: S3 by itself, everything else piped to the control plane.
import { hostClock, hostEntropy, listen } from "@rolemint/host";
import { createGate } from "@rolemint/s3-authorizer";
import { openForwardBackend } from "@rolemint/s3-authorizer/forward";
import { pipeTo } from "@rolemint/s3-authorizer/pipe";
import { type DataPlaneOptions, isCurrent, joinControlPlane } from "./data-plane.ts";
import { readStorageKeys } from "./installation.ts";
import { assembled, type Part } from "./part.ts";

export interface GatePartOptions extends Omit<DataPlaneOptions, "client"> {
  readonly host: string;
  readonly port: number;
  /** Where the control plane takes the AWS APIs. */
  readonly awsApis: { readonly host: string; readonly port: number };
  /** The object store behind, and the directory of its root key. */
  readonly storage: { readonly endpoint: string; readonly keys: string };
}

/** Rejects with ListenError. */
export function startGate(options: GatePartOptions): Promise<Part> {
  return assembled(async (onClose) => {
    const { host, port, awsApis, storage, log } = options;
    const { authority, installation } = await joinControlPlane({ ...options, client: "s3-authorizer" }, onClose);
    const keys = await readStorageKeys(storage.keys);
    const { region, secret } = installation;
    const backend = await openForwardBackend({ endpoint: storage.endpoint, ...keys, region, clock: hostClock, log });
    onClose(() => backend.close());
    const controlPlane = pipeTo({ ...awsApis, secret, entropy: hostEntropy, log });
    const gate = createGate({
      authority,
      backend,
      region,
      clock: hostClock,
      entropy: hostEntropy,
      log,
      controlPlane,
    });
    onClose(() => gate.close());
    const listener = await listen(gate.server, host, port);
    onClose(() => listener.close());
    return { started: `AWS APIs and S3 at ${host}:${port}`, isHealthy: () => isCurrent(authority) };
  });
}
