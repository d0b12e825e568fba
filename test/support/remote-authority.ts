// Both ends of the seam between containers in one test: a control plane's server that can be killed and started again in
// its place, and data planes that ask it.
import type { Authority } from "@rolemint/authority";
import { type Place, type RemoteAuthority, type RemoteOptions, remoteAuthority } from "@rolemint/authority/remote";
import { type ServedAuthority, type ServeOptions, serveAuthority } from "@rolemint/authority/remote-server";
import type { RevisionSource } from "@rolemint/authority/revisions";
import { hostClock, hostEntropy } from "@rolemint/host";
import { silentLog } from "@rolemint/host/log";

export const SECRET = "a-shared-secret-EXAMPLE";
export const ANY_PORT: Place = { host: "127.0.0.1", port: 0 };

export function startControlPlane(
  authority: Authority & RevisionSource,
  options: Partial<ServeOptions> = {},
): Promise<ServedAuthority> {
  return serveAuthority(authority, {
    places: [ANY_PORT],
    secret: SECRET,
    entropy: hostEntropy,
    log: silentLog,
    ...options,
  });
}

export function openRemote(
  place: Place,
  { secret = SECRET, ...options }: Partial<RemoteOptions & { readonly secret: string }> = {},
): RemoteAuthority {
  return remoteAuthority(place, secret, { client: "test", clock: hostClock, log: silentLog, ...options });
}
