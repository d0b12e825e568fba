// Programs from Debian's packages. Only REQUIRE_DOCKER=1 lets the tests change the machine, and only as root on Debian;
// elsewhere the answer is why not.
import { existsSync } from "node:fs";
import { findProgram, run, say, tryRun } from "./run.ts";

/** Whether nothing may be skipped, and so what is lacking may be installed. */
export const isDockerRequired = process.env["REQUIRE_DOCKER"] === "1";

/** Sees to it that a program is there, from the packages if need be. Throws with the reason where it can't. */
export function needProgram(name: string, packages: readonly string[]): void {
  if (findProgram(name) !== undefined) return;
  if (!isDockerRequired) throw new Error(`${name} is not installed (with REQUIRE_DOCKER=1, root on Debian gets it)`);
  if (process.getuid?.() !== 0 || !existsSync("/etc/debian_version")) {
    throw new Error(`${name} is not installed, and only root on Debian gets it by itself`);
  }
  say(`installing ${packages.join(", ")}`);
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive", NEEDRESTART_SUSPEND: "1" };
  // A source that can't be reached makes the update fail while the others serve: the install tells.
  tryRun("apt-get", ["update", "-qq"], { env });
  run("apt-get", ["install", "-y", "-qq", ...packages], { env });
}
