// Reading a file that a person named: a regular file of text, at most 1 MiB, or what keeps it from being read.
import { readFileSync, statSync } from "node:fs";

const MAX_BYTES = 1024 * 1024;

/** The text, byte order mark included; bytes that are no UTF-8 are refused rather than replaced. */
export function readTextFile(path: string): { readonly text: string } | { readonly wrong: string } {
  try {
    const found = statSync(path);
    if (found.isDirectory()) return { wrong: "is a directory" };
    // A pipe or a device would be read for ever.
    if (!found.isFile()) return { wrong: "is not a regular file" };
    if (found.size > MAX_BYTES) return { wrong: "is larger than 1 MiB" };
    return decode(readFileSync(path));
  } catch (error) {
    return { wrong: reasonOf(error) };
  }
}

/** False also for what cannot be looked at. */
export function isDirectory(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}

function decode(bytes: Uint8Array): { readonly text: string } | { readonly wrong: string } {
  try {
    return { text: new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes) };
  } catch {
    return { wrong: "is not UTF-8 text" };
  }
}

function reasonOf(error: unknown): string {
  const { code } = error as NodeJS.ErrnoException;
  switch (code) {
    case "ENOENT":
    case "ENOTDIR":
      return "does not exist";
    case "EACCES":
    case "EPERM":
      return "may not be read";
    default:
      return `cannot be read (${code ?? String(error)})`;
  }
}
