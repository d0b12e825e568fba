// What an installation's containers share, in volumes that the control plane writes once and the others read: the
// secret of the seam with the region, and the root key of the object store behind the gate.
import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Entropy } from "@rolemint/host";
import type { Log } from "@rolemint/host/log";
import { pause } from "@rolemint/host/schedule";

export interface Installation {
  readonly version: 1;
  readonly region: string;
  /** Of the internal ports: who has it is one of this installation's services. */
  readonly secret: string;
}

export interface StorageKeys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

const LOOK_AGAIN_MS = 50;
/** Volumes that only our containers mount, whose users differ. */
const READABLE = 0o444;

/** The installation's, made at the first start. `region` may be another one with another state. */
export function makeInstallation(directory: string, region: string, entropy: Entropy): Installation {
  const path = join(directory, "installation.json");
  const known = existsSync(path) ? (JSON.parse(readFileSync(path, "utf8")) as Installation) : undefined;
  if (known?.region === region) return known;
  const made = { version: 1, region, secret: known?.secret ?? entropy(32).toString("base64url") } as const;
  write(path, JSON.stringify(made));
  return made;
}

/** Waits for the control plane to have made it. */
export async function readInstallation(directory: string, log: Log): Promise<Installation> {
  const path = join(directory, "installation.json");
  if (!existsSync(path)) log.info({ path }, "waiting for the control plane to write what the containers share");
  while (!existsSync(path)) await pause(LOOK_AGAIN_MS);
  return JSON.parse(readFileSync(path, "utf8")) as Installation;
}

/** The object store's root key, made at the first start: two files, as the store's own container reads them. */
export function makeStorageKeys(directory: string, entropy: Entropy): StorageKeys {
  const known = storageKeysIn(directory);
  if (known) return known;
  const keys = { accessKeyId: `rolemint-${entropy(6).toString("hex")}`, secretAccessKey: entropy(30).toString("hex") };
  write(join(directory, "password"), keys.secretAccessKey);
  write(join(directory, "user"), keys.accessKeyId);
  return keys;
}

/** Waits for the control plane to have made them. */
export async function readStorageKeys(directory: string): Promise<StorageKeys> {
  for (;;) {
    const keys = storageKeysIn(directory);
    if (keys) return keys;
    await pause(LOOK_AGAIN_MS);
  }
}

function storageKeysIn(directory: string): StorageKeys | undefined {
  const [user, password] = ["user", "password"].map((name) => join(directory, name));
  if (!existsSync(user!) || !existsSync(password!)) return undefined;
  return { accessKeyId: readFileSync(user!, "utf8"), secretAccessKey: readFileSync(password!, "utf8") };
}

/** By rename: a reader finds the whole or nothing. */
function write(path: string, text: string): void {
  writeFileSync(`${path}.tmp`, text, { mode: READABLE });
  renameSync(`${path}.tmp`, path);
}
