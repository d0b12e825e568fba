// The clock of an attached container: libfaketime, preloaded from its start, reads it from a file that the kit writes.
// And its sleep: the container stands still while time goes on.
// https://github.com/wolfcw/libfaketime
import { parseDuration } from "@rolemint/host/duration";
import { type GenericContainer, getContainerRuntimeClient } from "testcontainers";

/** `+6h`, `-10m`; or with a rate: twice as fast is 2. */
export type ClientClock = string | { readonly offset?: string; readonly rate?: number };

/** World time, which passes at once; or `{ host: "5s" }`, which is waited for. */
export type Sleep = string | { readonly host: string };

/** How far a clock is off, and how fast it goes from the start of the program on; or the instant at which it stands. */
export type Setting = { readonly offsetMs: number; readonly rate: number } | { readonly standsAtMs: number };

/** World time at a host instant, and its rate. */
export interface ClockLine {
  readonly hostMs: number;
  readonly worldMs: number;
  readonly rate: number;
}

/** What testcontainers copies into a container. */
export interface ContentToCopy {
  readonly content: string;
  readonly target: string;
  readonly mode: number;
}

/** A folder of the image, which is copied into the container's root. */
const IN_IMAGE = "/opt/rolemint-clock";
const LIBRARY = "/rolemint-clock/libfaketime.so.1";
const FILE = "/rolemint-clock/now";

/** A skew: what a client's clock is off beside all else. */
export interface Skew {
  readonly offsetMs: number;
  readonly rate: number;
}

export const UNMOVED: Skew = { offsetMs: 0, rate: 1 };

/** Throws Error for what is no clock. */
export function skewOf(clock: ClientClock): Skew {
  const { offset = "0s", rate = 1 } = typeof clock === "string" ? { offset: clock } : clock;
  const offsetMs = parseDuration(offset.replace(/^\+/, ""), { signed: true });
  if (offsetMs === undefined) throw new Error(`a clock is off by a duration such as +6h or -10m, not by ${offset}`);
  if (!(rate > 0 && rate <= 10_000))
    throw new Error(`the rate of a client's clock is above 0, at most 10000, not ${rate}`);
  return { offsetMs, rate };
}

/**
 * The world's clock with a skew, for a program that began at that host instant: the library counts a rate from there.
 * https://github.com/wolfcw/libfaketime#4e-using-the-advanced-time-specification-options
 */
export function settingFor({ hostMs, worldMs, rate }: ClockLine, skew: Skew, beganMs: number): Setting {
  if (rate === 0) return { standsAtMs: worldMs + skew.offsetMs };
  const thenMs = worldMs + (beganMs - hostMs) * rate;
  return { offsetMs: thenMs - beganMs + skew.offsetMs, rate: rate * skew.rate };
}

/** Prepares a container that is not started: the library, where it reads the time from, and what it leaves alone. */
export async function giveClock(container: GenericContainer, worldId: string, setting: Setting): Promise<void> {
  const client = await getContainerRuntimeClient();
  const folder = await client.container.fetchArchive(client.container.getById(worldId), IN_IMAGE);
  const { environment = {} } = container as unknown as { environment?: Record<string, string> };
  const preloaded = environment["LD_PRELOAD"];
  container
    .withCopyArchivesToContainer([{ tar: folder as never, target: "/" }])
    .withCopyContentToContainer([clockFile(setting)])
    .withEnvironment({
      LD_PRELOAD: preloaded ? `${LIBRARY}:${preloaded}` : LIBRARY,
      FAKETIME_TIMESTAMP_FILE: FILE,
      FAKETIME_NO_CACHE: "1",
      FAKETIME_FMT: "%s",
      // Timers go by it, and with them the time limits of SDKs.
      FAKETIME_DONT_FAKE_MONOTONIC: "1",
      // Child processes go on from where their parent is.
      FAKETIME_DONT_RESET: "1",
    });
}

/** Without the rate the library keeps an earlier one. */
function textOf(setting: Setting): string {
  if ("standsAtMs" in setting) return String(Math.floor(setting.standsAtMs / 1000));
  const { offsetMs, rate } = setting;
  return `${offsetMs < 0 ? "-" : "+"}${(Math.abs(offsetMs) / 1000).toFixed(3)} x${rate}`;
}

/** By rename: while there is no file, the library gives the host's time. */
const WRITE = `printf %s "$1" > ${FILE}.next && mv ${FILE}.next ${FILE}`;

/** The programs of the container have the clock when it resolves. */
export async function writeClock(containerId: string, setting: Setting): Promise<void> {
  const { container } = await getContainerRuntimeClient();
  const command = ["sh", "-c", WRITE, "sh", textOf(setting)];
  const { exitCode, output } = await container.exec(container.getById(containerId), command, { user: "0" });
  if (exitCode !== 0)
    throw new Error(`the container's clock could not be moved, for which it needs a shell: ${output}`);
}

/** As a file of a container that stands still, where no program can be run and none looks. */
export function clockFile(setting: Setting): ContentToCopy {
  return { content: textOf(setting), target: FILE, mode: 0o644 };
}

/** For two seconds: the engine says that a program runs a moment before it does. */
const LOADED =
  "i=0; until grep -q libfaketime /proc/1/maps; do s=$?; i=$((i+1)); [ $s -eq 2 -o $i -eq 20 ] && exit $s; sleep 0.1; done";

/** 128 and SIGKILL. */
const KILLED = 137;

/** Throws Error where the main program has not loaded the library: a static one, or one of another C library. */
export async function checkClock(containerId: string): Promise<void> {
  const { container } = await getContainerRuntimeClient();
  const app = container.getById(containerId);
  const exitCode = await container.exec(app, ["sh", "-c", LOADED]).then(
    (said) => said.exitCode,
    async (error: unknown) => {
      // One that has done its work already had the clock from its start.
      if ((await container.inspect(app)).State.Running) throw error;
      return 0;
    },
  );
  // 2: the file cannot be read, since the program goes on as another user.
  if (exitCode === 0 || exitCode === 2) return;
  // What is run in a container is killed with it, a moment before the engine says that it has ended.
  if (exitCode === KILLED || !(await container.inspect(app)).State.Running) return;
  throw new Error(
    "the container's program does not load libfaketime: a static program (most of Go) or an image without glibc " +
      "(Alpine) has the host's clock; attach it without a clock, and use expire() and rotate()",
  );
}

/** When the container's main program began, milliseconds, by the engine's clock: a rate counts from there. */
export async function beganMs(containerId: string): Promise<number> {
  const { container } = await getContainerRuntimeClient();
  const { State } = await container.inspect(container.getById(containerId));
  return Date.parse(State.StartedAt);
}

export async function pauseContainer(containerId: string): Promise<void> {
  const { container } = await getContainerRuntimeClient();
  await container.getById(containerId).pause();
}

export async function resumeContainer(containerId: string): Promise<void> {
  const { container } = await getContainerRuntimeClient();
  await container.getById(containerId).unpause();
}
