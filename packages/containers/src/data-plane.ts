// What both data planes stand on: the installation's secret, and the authority followed from afar.

import { type Place, type RemoteAuthority, remoteAuthority } from "@rolemint/authority/remote";
import { hostClock } from "@rolemint/host";
import type { Log } from "@rolemint/host/log";
import { pause } from "@rolemint/host/schedule";
import { type Installation, readInstallation } from "./installation.ts";

export interface DataPlaneOptions {
  /** How it is called in the control plane's health page and log. */
  readonly client: string;
  /** Where the control plane's internal port is. */
  readonly controlPlane: Place;
  /** The directory that the control plane writes for the others. */
  readonly installation: string;
  readonly log: Log;
}

export interface DataPlane {
  readonly installation: Installation;
  readonly authority: RemoteAuthority;
}

/** What is known may still be used: the control plane is there, or has not been away for too long. */
export function isCurrent(authority: RemoteAuthority): boolean {
  return authority.state().staleSince === undefined;
}

const LOOK_AGAIN_MS = 500;

/** Resolves when the control plane has been away for so many milliseconds, or when it is stopped. */
export async function untilAway(authority: RemoteAuthority, forMs: number, stopped: AbortSignal): Promise<void> {
  for (let awayMs = 0; awayMs < forMs && !stopped.aborted; ) {
    await pause(LOOK_AGAIN_MS, stopped);
    awayMs = authority.isAway() ? awayMs + LOOK_AGAIN_MS : 0;
  }
}

/** Resolves with the first contact. */
export async function joinControlPlane(
  options: DataPlaneOptions,
  onClose: (close: () => Promise<void>) => void,
): Promise<DataPlane> {
  const { client, controlPlane, log } = options;
  const installation = await readInstallation(options.installation, log);
  const authority = remoteAuthority(controlPlane, installation.secret, {
    client,
    clock: hostClock,
    log,
  });
  onClose(() => authority.close());
  await authority.untilConnected();
  return { installation, authority };
}
