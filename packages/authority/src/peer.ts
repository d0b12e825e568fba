// What a gate in another container tells the control plane of a request that it hands on: whose it is, in a header that
// is believed only with the shared secret beside it.
import { createHash, timingSafeEqual } from "node:crypto";

const PEER_HEADER = "x-rolemint-peer";

/** Raw headers with the peer's address added. What a client sent under our header's name is not the gate's word. */
export function withPeer(rawHeaders: readonly string[], secret: string, address: string): string[] {
  const sent = rawHeaders.filter((_, index) => rawHeaders[index - (index % 2)]?.toLowerCase() !== PEER_HEADER);
  return [...sent, PEER_HEADER, `${secret} ${address}`];
}

/** Reads the address from headers by lower-case name; undefined without the secret. Throws Error for an empty one. */
export function peerReader(
  secret: string,
): (headers: Readonly<Record<string, string | string[] | undefined>>) => string | undefined {
  const isSecret = secretReader(secret);
  return (headers) => {
    const [given = "", address = ""] = String(headers[PEER_HEADER] ?? "").split(" ");
    return isSecret(given) ? address : undefined;
  };
}

/**
 * Whether a text is the secret, in constant time. Digests are compared, since they are of one length. Throws Error for
 * an empty secret.
 */
export function secretReader(secret: string): (given: string) => boolean {
  if (secret === "") throw new Error("a shared secret is needed");
  const digest = (text: string) => createHash("sha256").update(text).digest();
  const wanted = digest(secret);
  return (given) => timingSafeEqual(digest(given), wanted);
}
