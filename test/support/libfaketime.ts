// libfaketime, as Debian built it: the one of the machine, else unpacked from its package into an ignored folder, which
// needs no root. Where there is no Debian it stays away, and the tests that want it are skipped by name.
import { globSync, mkdirSync } from "node:fs";
import { resolve } from "node:path";
import { isDockerRequired } from "./docker/debian-packages.ts";
import { findProgram, run, say, tryRun } from "./docker/run.ts";

const FOLDER = ".cache/libfaketime";
const IN_PACKAGE = "usr/lib/*/faketime/libfaketimeMT.so.1";

/** Path of the library, or undefined where there is none. */
export function libfaketime(): string | undefined {
  const [own] = globSync(`/${IN_PACKAGE}`);
  const [unpacked] = globSync(`${FOLDER}/${IN_PACKAGE}`);
  return own ?? (unpacked && resolve(unpacked));
}

/** Unpacks it if it is not there. Says on stderr why it could not. */
export function installLibfaketime(): void {
  if (libfaketime() !== undefined) return;
  if (findProgram("apt-get") === undefined) return say("libfaketime is not there: only Debian's package is known here");
  mkdirSync(FOLDER, { recursive: true });
  try {
    // apt's lists may be missing or old; only root may fetch them, and only where nothing may be skipped.
    if (isDockerRequired && process.getuid?.() === 0) tryRun("apt-get", ["update", "-qq"]);
    run("apt-get", ["download", "-qq", "libfaketime"], { cwd: FOLDER });
    run("dpkg", ["-x", ...globSync("*.deb", { cwd: FOLDER }).slice(0, 1), "."], { cwd: FOLDER });
  } catch (problem) {
    say(`libfaketime is not there: ${(problem as Error).message}`);
  }
}
