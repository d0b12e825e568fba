// The state directory before anything is opened in it: made, or found to be ours or empty, and closed to others. A
// state among somebody's own files would hide them from git and mix with them.
import { chmodSync, mkdirSync, readdirSync } from "node:fs";
import { StateError } from "@rolemint/world";

/** What may stand in a directory that is to become a state: traces of tools, and a ready file from before. */
const HARMLESS = new Set([".gitignore", ".gitkeep", ".DS_Store", "lost+found", "ready.json"]);

/** Throws StateError; then nothing was changed. */
export function prepareDirectory(directory: string): void {
  const names = madeOrFound(directory);
  const stranger = names.includes("world.db") ? undefined : names.find((name) => !HARMLESS.has(name));
  if (stranger !== undefined) {
    const text = `${directory} is not empty (there is ${stranger}) and no rolemint state; choose another with --state`;
    throw new StateError("unusable", text);
  }
  try {
    chmodSync(directory, 0o700);
  } catch {
    // Somebody else's, lent to us: its mode is theirs to choose.
  }
}

function madeOrFound(directory: string): string[] {
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    return readdirSync(directory);
  } catch (error) {
    const text = `${directory} cannot hold a state: ${reasonOf(error)}; choose another with --state`;
    throw new StateError("unusable", text);
  }
}

function reasonOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  switch (code) {
    case "EEXIST":
      return "it is not a directory";
    case "ENOTDIR":
      return "a part of its path is not a directory";
    case "ENOENT":
      return "it is a link that leads nowhere";
    case "EACCES":
    case "EPERM":
      return "there is no right to use it";
    case "EROFS":
      return "the file system is read-only";
    default:
      return message;
  }
}
