// The ready file: where everything answers, and the secrets that go with it. Mode 0600, written by rename once every
// listener answers, deleted at the end.
import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { nameOf, runningInstances, type World } from "@rolemint/world";

export interface ReadyFile {
  readonly version: 1;
  /** Null where life is judged by `/health`. */
  readonly pid: number | null;
  readonly region: string;
  readonly endpoints: { readonly aws: string; readonly s3: string; readonly control: string };
  readonly operator: { readonly accountId: string; readonly accessKeyId: string; readonly secretAccessKey: string };
  readonly controlToken: string;
  readonly instances: Readonly<Record<string, { readonly instanceId: string; readonly imds: string | null }>>;
}

/** A ready file cannot be written where it should be. */
export class ReadyFileError extends Error {}

/** Where it goes: into the state directory, if there is one, and to further places. */
export interface ReadyPlaces {
  readonly state?: string;
  readonly readyFiles?: readonly string[];
}

/** The ready file at all its places, written when what it says has changed. */
export function readyFileOf({ state, readyFiles = [] }: ReadyPlaces, now: () => ReadyFile) {
  const paths = [...(state === undefined ? [] : [join(state, "ready.json")]), ...readyFiles];
  let written = "";
  return {
    now,
    refresh() {
      const text = JSON.stringify(now());
      if (text !== written) writeReadyFiles(paths, now());
      written = text;
    },
    remove: () => removeReadyFiles(paths),
  };
}

/** The running instances as the ready file lists them. */
export function readyInstances(
  world: World,
  endpointOf: (instanceId: string) => string | undefined,
): ReadyFile["instances"] {
  const instances = runningInstances(world);
  const byName = Map.groupBy(instances, nameOf);
  const entries = instances.map((instance) => {
    const name = nameOf(instance);
    // A name borne twice names nobody.
    const key = byName.get(name)!.length > 1 ? instance.id : name;
    return [key, { instanceId: instance.id, imds: endpointOf(instance.id) ?? null }] as const;
  });
  return Object.fromEntries(entries);
}

/** Writes the same text to every path. Throws ReadyFileError; what was there before stays. */
function writeReadyFiles(paths: readonly string[], ready: ReadyFile): void {
  const text = `${JSON.stringify(ready, null, 2)}\n`;
  for (const path of paths) {
    const draft = `${path}.${process.pid}.tmp`;
    try {
      writeFileSync(draft, text, { mode: 0o600 });
      renameSync(draft, path);
    } catch (error) {
      if (existsSync(draft)) rmSync(draft);
      throw new ReadyFileError(`the ready file ${path} cannot be written: ${reasonOf(error)}`);
    }
  }
}

function reasonOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === "ENOENT" || code === "ENOTDIR") return "its directory does not exist";
  return code === "EISDIR" ? "it is a directory" : message;
}

/** Removes those that this process wrote last: another simulator may have been told the same place since. */
function removeReadyFiles(paths: readonly string[]): void {
  for (const path of paths) {
    const pid = pidIn(path);
    if (pid === process.pid || pid === null) rmSync(path, { force: true });
  }
}

function pidIn(path: string): number | null | undefined {
  try {
    return (JSON.parse(readFileSync(path, "utf8")) as Partial<ReadyFile>).pid;
  } catch {
    return undefined;
  }
}
