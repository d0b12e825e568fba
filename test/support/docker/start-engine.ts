// Gives a machine without Docker its engine, for REQUIRE_DOCKER=1 only: Debian's packages, and dockerd in the background,
// left running for the commands that follow.
import { spawn } from "node:child_process";
import { mkdirSync, openSync, readFileSync } from "node:fs";
import { setTimeout as wait } from "node:timers/promises";
import { isDockerRequired, needProgram } from "./debian-packages.ts";
import { findEngine } from "./engine.ts";
import { findProgram, run, say } from "./run.ts";

const LOG = ".cache/dockerd.log";
const SECONDS_TO_START = 60;
const PAUSE_MS = 200;

/** Throws with the reason where no daemon answers in the end. */
export async function startEngine(): Promise<void> {
  if (!isDockerRequired) throw new Error("no Docker daemon answers");
  const host = process.env["DOCKER_HOST"];
  if (host !== undefined) throw new Error(`no Docker daemon answers at DOCKER_HOST ${host}`);
  needProgram("dockerd", ["docker.io", "debootstrap"]);
  needProgram("docker", ["docker-cli"]);
  // The packages start it where the machine has services.
  if ("env" in findEngine()) return;
  const mounts = readFileSync("/proc/mounts", "utf8");
  if (!/ cgroup2? /.test(mounts) && findProgram("cgroupfs-mount")) run("cgroupfs-mount", []);
  say(`starting dockerd, which logs to ${LOG}`);
  mkdirSync(".cache", { recursive: true });
  const log = openSync(LOG, "a");
  const daemon = spawn("dockerd", [], { detached: true, stdio: ["ignore", log, log] });
  daemon.unref();
  const until = performance.now() + SECONDS_TO_START * 1000;
  while (performance.now() < until && daemon.exitCode === null) {
    if ("env" in findEngine()) return;
    await wait(PAUSE_MS);
  }
  const tail = readFileSync(LOG, "utf8").trim().split("\n").slice(-5).join("\n");
  throw new Error(`dockerd did not come up:\n${tail}`);
}
