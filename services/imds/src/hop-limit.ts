// HttpPutResponseHopLimit on the wire: the IP time-to-live of what a connection sends, which is what keeps a token from
// a client behind a router. Node has no call for it, so the system's is made directly.
// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instancedata-data-retrieval.html
import type { Socket } from "node:net";
import koffi from "koffi";

/** Level and name of the option, as Linux has them. */
const IPV4 = [0, 2] as const;
const IPV6 = [41, 16] as const;

const setsockopt = koffi
  .load(null)
  .func("int setsockopt(int fd, int level, int name, const int *value, unsigned int length)");

/**
 * Limits how many hops the packets of this connection go from now on. Never put back: what was lost would be sent
 * again with the larger limit. Throws when the system refuses it: then no token may go out.
 */
export function limitHops(socket: Socket, hops: number): void {
  const { _handle: handle } = socket as unknown as { readonly _handle: { readonly fd: number } | null };
  // Closed by the client meanwhile: nothing will be sent.
  if (!handle) return;
  const [level, name] = socket.remoteFamily === "IPv6" ? IPV6 : IPV4;
  if (setsockopt(handle.fd, level, name, [hops], 4) !== 0) throw new Error("the hop limit of a socket cannot be set");
}
