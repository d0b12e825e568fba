// A clock of its own for a program that we start: libfaketime, preloaded, with its settings. World time is ours to
// move; a program that is not moved with it does not refresh by itself. docs/guides/time.md tells the limits.
// https://github.com/wolfcw/libfaketime
import { existsSync, rmSync, statSync } from "node:fs";
import { arch, platform } from "node:os";
import { isAbsolute } from "node:path";
import { parseDuration } from "@rolemint/host";
import { CliError } from "./exit.ts";
import type { WorldClock } from "./running.ts";

/** How the program's clock goes: off by so much, so many times as fast; or as the world's. */
export type ClientClock = { readonly offsetMs: number; readonly rate: number } | "world";

/** `+6h`, `-10m`, `x200`, `+6h x200` or `world`. Throws CliError (2). */
export function clientClockIn(spec: string): ClientClock {
  if (spec === "world") return "world";
  const [, offset, rate] = /^([+-][\d.a-z]+)?(?:(?:^|[ ,])x(\d+(?:\.\d+)?))?$/.exec(spec) ?? [];
  const offsetMs = offset === undefined ? 0 : parseDuration(offset, { signed: true });
  if ((offset ?? rate) !== undefined && offsetMs !== undefined && Number(rate ?? 1) > 0) {
    return { offsetMs, rate: Number(rate ?? 1) };
  }
  throw new CliError("usage", `--client-clock is like +6h, x200, "+6h x200" or world, not "${spec}"; correct it`);
}

/** Debian's name for what a package of ours is built for. */
const TRIPLETS: Readonly<Record<string, string>> = {
  x64: "x86_64-linux-gnu",
  arm64: "aarch64-linux-gnu",
  arm: "arm-linux-gnueabihf",
  ppc64: "powerpc64le-linux-gnu",
  s390x: "s390x-linux-gnu",
  riscv64: "riscv64-linux-gnu",
};
const FOLDERS = [
  `/usr/lib/${TRIPLETS[arch()]}/faketime`,
  "/usr/lib64/faketime",
  "/usr/lib/faketime",
  "/usr/local/lib/faketime",
];
/** The first is made for programs with threads, as Node and Python are. */
const LIBRARIES = FOLDERS.flatMap((folder) => [`${folder}/libfaketimeMT.so.1`, `${folder}/libfaketime.so.1`]);

/** Path of the library; ROLEMINT_FAKETIME names one that stands elsewhere. Throws CliError (3). */
export function findFaketime(environment: NodeJS.ProcessEnv): string {
  const named = environment["ROLEMINT_FAKETIME"];
  const found = named || LIBRARIES.find((path) => existsSync(path));
  if (platform() !== "linux") {
    throw new CliError(
      "environment",
      "--client-clock needs libfaketime, for Linux only; run the program in a container",
    );
  }
  if (found === undefined) {
    const next = "install it (Debian: apt-get install libfaketime), or give its path in ROLEMINT_FAKETIME";
    throw new CliError("environment", `--client-clock needs libfaketime, which is not there; ${next}`);
  }
  if (!existsSync(found) || !statSync(found).isFile()) {
    throw new CliError(
      "environment",
      `${found} is no library, as ROLEMINT_FAKETIME says; give the path of libfaketime.so.1`,
    );
  }
  // The loader takes both for separators, and goes on without a library that it does not find.
  if (!isAbsolute(found) || /[\s:]/.test(found)) {
    const next = "give an absolute path without blanks and colons";
    throw new CliError("environment", `${found} cannot be preloaded; ${next} in ROLEMINT_FAKETIME`);
  }
  return found;
}

/**
 * The variables that give a program the clock. It starts from the instant of this call, `nowMs` by the host's clock;
 * `world` is asked for that instant.
 */
export function clientClockVariables(
  clock: ClientClock,
  library: string,
  world: WorldClock | undefined,
  nowMs: number,
  environment: NodeJS.ProcessEnv,
): Record<string, string> {
  const { offsetMs, rate } = clock === "world" ? { offsetMs: world!.timeMs - nowMs, rate: world!.rate } : clock;
  const preloaded = environment["LD_PRELOAD"];
  // How long botocore waits for the metadata service; libfaketime shortens what it polls with by the rate.
  const patience = Number(environment["AWS_METADATA_SERVICE_TIMEOUT"] ?? 1) || 1;
  return {
    LD_PRELOAD: preloaded ? `${library}:${preloaded}` : library,
    ...faketime(offsetMs, rate, nowMs),
    // Timers go by it, and with them the time limits of SDKs, which would be shorter by the rate.
    FAKETIME_DONT_FAKE_MONOTONIC: environment["FAKETIME_DONT_FAKE_MONOTONIC"] ?? "1",
    // Children go on from there, and do not start anew.
    FAKETIME_DONT_RESET: "1",
    ...(rate > 1 && { AWS_METADATA_SERVICE_TIMEOUT: String(Math.ceil(patience * rate)) }),
  };
}

function faketime(offsetMs: number, rate: number, nowMs: number): Record<string, string> {
  // It divides by the rate: a clock that stands is written as the instant at which it does.
  if (rate === 0) return { FAKETIME: String(Math.floor((nowMs + offsetMs) / 1000)), FAKETIME_FMT: "%s" };
  const sign = offsetMs < 0 ? "-" : "+";
  return { FAKETIME: `${sign}${(Math.abs(offsetMs) / 1000).toFixed(3)}${rate === 1 ? "" : ` x${rate}`}` };
}

/** libfaketime keeps a page of shared memory for its first process, which stays when that is killed. */
export function removeLeftovers(pid: number | undefined): void {
  if (pid === undefined) return;
  for (const name of [`faketime_shm_${pid}`, `sem.faketime_sem_${pid}`]) rmSync(`/dev/shm/${name}`, { force: true });
}
