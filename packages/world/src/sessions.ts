// Sealed sessions: a session token is the session itself, sealed with AES-256-GCM under a key of the store, in the
// outward form of AWS's tokens. Issuing one stores nothing, and a restart invalidates none.
import { createCipheriv, createDecipheriv, createHmac, createSecretKey, hkdfSync, type KeyObject } from "node:crypto";
import type { Entropy } from "@rolemint/host";
import type { Tag } from "./rows.ts";

/** What a temporary credential stands for. Times in milliseconds of world time. */
export interface Session {
  readonly accessKeyId: string;
  readonly accountId: string;
  /** Unique id of the role: a role made anew under the same name does not revive its sessions. */
  readonly roleId: string;
  readonly roleName: string;
  readonly sessionName: string;
  readonly issued: number;
  readonly expires: number;
  /** Issued to a caller that was itself a role session. */
  readonly chained?: boolean;
  readonly tags?: readonly Tag[];
  readonly transitiveTagKeys?: readonly string[];
  readonly sourceIdentity?: string;
  readonly policy?: string;
  readonly policyArns?: readonly string[];
  readonly instance?: {
    readonly id: string;
    readonly delivery: "1.0" | "2.0";
    readonly generation: number;
    readonly vpc: string;
    readonly ip: string;
  };
}

/** A session with the salt that its secret key is derived from. */
export interface OpenedSession extends Session {
  readonly secret: string;
}

export interface Sealer {
  /** The token and the secret key of a new session; `salting` gives its salt, if not the sealer's own entropy. */
  seal(session: Session, salting?: Entropy): { token: string; secret: string };
  /** What a token holds, or undefined when it is not one of ours or was changed. */
  open(token: string): OpenedSession | undefined;
}

/** Bytes of the sealed form that AWS would still call small enough. */
export const MAX_TOKEN_BYTES = 4096;

const ORIGIN = Buffer.from("\u0021\u000a\u0009origin_ec\u0010\u0001", "latin1");
const SEALED_FIELD = 0x2a;
const FIELD_BYTES = 3;
const SALT_BYTES = 12;
const TAG_BYTES = 16;

/** `master` is 32 secret bytes kept in the store; `region` shows in the token as it does in AWS's. */
export function makeSealer(master: Buffer, region: string, entropy: Entropy): Sealer {
  const sealing = derive(master, "session-token");
  const secrets = derive(master, "session-secret");
  const regionField = Buffer.concat([Buffer.from([0x1a, region.length]), Buffer.from(region)]);
  const head = Buffer.concat([ORIGIN, regionField]);
  return {
    seal(session, salting = entropy) {
      const salt = salting(SALT_BYTES);
      const cipher = createCipheriv("aes-256-gcm", sealing, salt);
      cipher.setAAD(head);
      const body = Buffer.concat([cipher.update(JSON.stringify(session), "utf8"), cipher.final()]);
      const field = fieldOf(salt.length + body.length + TAG_BYTES);
      const token = Buffer.concat([head, field, salt, body, cipher.getAuthTag()]);
      return { token: token.toString("base64"), secret: secretOf(secrets, salt, session.accessKeyId) };
    },
    open: (token) => open(token, head, sealing, secrets),
  };
}

/** What stands before the sealed bytes: its number, and their length as a varint of two bytes. */
function fieldOf(length: number): Buffer {
  return Buffer.from([SEALED_FIELD, (length & 0x7f) | 0x80, length >> 7]);
}

function open(token: string, head: Buffer, sealing: KeyObject, secrets: KeyObject): OpenedSession | undefined {
  if (token.length > MAX_TOKEN_BYTES * 2) return undefined;
  const bytes = Buffer.from(token, "base64");
  // Only one spelling is good: a token with other characters in it, or other bits in its last one, is not ours.
  if (bytes.toString("base64") !== token) return undefined;
  const sealed = bytes.subarray(head.length + FIELD_BYTES);
  if (sealed.length < SALT_BYTES + TAG_BYTES) return undefined;
  if (!bytes.subarray(0, -sealed.length).equals(Buffer.concat([head, fieldOf(sealed.length)]))) return undefined;
  const salt = sealed.subarray(0, SALT_BYTES);
  try {
    const decipher = createDecipheriv("aes-256-gcm", sealing, salt);
    decipher.setAAD(head);
    decipher.setAuthTag(sealed.subarray(-TAG_BYTES));
    const text = decipher.update(sealed.subarray(SALT_BYTES, -TAG_BYTES)).toString() + decipher.final("utf8");
    const session = JSON.parse(text) as Session;
    return { ...session, secret: secretOf(secrets, salt, session.accessKeyId) };
  } catch {
    return undefined;
  }
}

/** 30 bytes of HMAC in base64: the 40 characters of an AWS secret. */
function secretOf(secrets: KeyObject, salt: Buffer, accessKeyId: string): string {
  const mac = createHmac("sha256", secrets).update(salt).update(accessKeyId).digest();
  return mac.subarray(0, 30).toString("base64");
}

/** An opaque text that only its maker can open: base64url of nonce, sealed text and tag. */
export function sealText(key: KeyObject, entropy: Entropy, text: string): string {
  const nonce = entropy(12);
  const cipher = createCipheriv("aes-256-gcm", key, nonce);
  return Buffer.concat([nonce, cipher.update(text, "utf8"), cipher.final(), cipher.getAuthTag()]).toString("base64url");
}

/** A key of its own for each purpose. */
export function derive(master: Buffer, purpose: string): KeyObject {
  return createSecretKey(Buffer.from(hkdfSync("sha256", master, "", `rolemint ${purpose}`, 32)));
}
