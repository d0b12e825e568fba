// Where large bodies lie: in files of a directory, or in memory with the same face. A body is written once under a
// random name, read any number of times, and removed; it is never changed.
import { mkdir, open, readdir, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import type { Entropy } from "@rolemint/host";

export interface BodyWriter {
  write(chunks: readonly Buffer[]): Promise<void>;
  /** Makes the body readable, under the name that is answered. */
  finish(): Promise<string>;
  /** Gives it up: nothing remains. */
  discard(): Promise<void>;
}

export interface BodyReader {
  /** At most `size` bytes from `position`; at least one. */
  read(position: number, size: number): Promise<Buffer>;
  close(): Promise<void>;
}

export interface BodyFiles {
  create(): Promise<BodyWriter>;
  open(name: string): Promise<BodyReader>;
  remove(name: string): Promise<void>;
}

const TEMPORARY = "incoming";

/** Bodies in files below `directory`: 256 directories by the first two digits of the name. */
export function directoryFiles(directory: string, entropy: Entropy): BodyFiles {
  const made = new Set<string>();
  const pathOf = (name: string) => join(directory, name.slice(0, 2), name);
  return {
    async create() {
      const name = entropy(16).toString("hex");
      const temporary = join(directory, TEMPORARY, name);
      const file = await open(temporary, "wx", 0o600);
      return {
        async write(chunks) {
          const size = chunks.reduce((sum, chunk) => sum + chunk.length, 0);
          const { bytesWritten } = await file.writev(chunks as Buffer[]);
          if (bytesWritten !== size) throw new Error(`only ${bytesWritten} of ${size} bytes could be written`);
        },
        async finish() {
          await file.close();
          const home = name.slice(0, 2);
          if (!made.has(home)) await mkdir(join(directory, home), { recursive: true, mode: 0o700 });
          made.add(home);
          await rename(temporary, pathOf(name));
          return name;
        },
        async discard() {
          await file.close();
          await rm(temporary, { force: true });
        },
      };
    },
    async open(name) {
      const file = await open(pathOf(name), "r");
      return {
        async read(position, size) {
          const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(size), 0, size, position);
          if (bytesRead === 0) throw new Error(`the body ${name} is shorter than it was`);
          return buffer.subarray(0, bytesRead);
        },
        close: () => file.close(),
      };
    },
    remove: (name) => rm(pathOf(name), { force: true }),
  };
}

/** Makes `directory` ready, and removes what a killed process left: half-written bodies, and those no row names. */
export async function sweepDirectory(directory: string, isUsed: (name: string) => boolean): Promise<void> {
  await rm(join(directory, TEMPORARY), { recursive: true, force: true });
  await mkdir(join(directory, TEMPORARY), { recursive: true, mode: 0o700 });
  for (const home of await readdir(directory)) {
    if (home === TEMPORARY || !(await stat(join(directory, home))).isDirectory()) continue;
    for (const name of await readdir(join(directory, home))) {
      if (!isUsed(name)) await rm(join(directory, home, name), { force: true });
    }
  }
}

/** Bodies in memory, in chunks as they were written. */
export function memoryFiles(entropy: Entropy): BodyFiles {
  const bodies = new Map<string, readonly Buffer[]>();
  return {
    async create() {
      const body: Buffer[] = [];
      return {
        // Joined, so that a small chunk does not keep a whole receive buffer alive.
        write: async (chunks) => void body.push(Buffer.concat(chunks)),
        async finish() {
          const name = entropy(16).toString("hex");
          bodies.set(name, body);
          return name;
        },
        discard: async () => void body.splice(0),
      };
    },
    async open(name) {
      const body = bodies.get(name);
      if (!body) throw new Error(`the body ${name} is gone`);
      return {
        async read(position, size) {
          let start = position;
          for (const chunk of body) {
            if (start < chunk.length) return chunk.subarray(start, start + size);
            start -= chunk.length;
          }
          throw new Error(`the body ${name} is shorter than it was`);
        },
        close: async () => {},
      };
    },
    remove: async (name) => void bodies.delete(name),
  };
}
