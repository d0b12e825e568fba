// A client's program in its container, on the world's clock where that can be: step after step in one process, or a
// command that is run anew each time.
import type { Client } from "../clients/clients.ts";
import { openProgram, type Session } from "../clients/session.ts";
import { offsetShell, type WorldLine } from "./clock.ts";
import { docker } from "./docker.ts";
import { hasRaisedPatience, isClockless, listLine } from "./groups.ts";
import { CLOCK_FOLDER, LIBRARY, type MatrixLab } from "./lab.ts";
import type { Pace } from "./play.ts";

/** Beside the clock itself: docs/guides/time.md says why. */
const SETTINGS = "FAKETIME_DONT_FAKE_MONOTONIC=1 FAKETIME_DONT_RESET=1";

/** A page of a program that was killed: one of the same process id would take its start for its own. And its clock. */
const FORGET = `rm -f /dev/shm/*faketime* ${CLOCK_FOLDER}/faketime`;

/** `line` is asked for whenever something is started. */
export async function openClient(lab: MatrixLab, client: Client, pace: Pace, line: () => WorldLine): Promise<Session> {
  const { runs } = client;
  const container = lab.container(client);
  if (pace.isMoved) await docker("exec", container, "sh", "-c", FORGET);
  const inShell = (text: string) => ["exec", "-i", container, "sh", "-c", text];
  if ("program" in runs) {
    const program = runs.program.map((part) => `'${part}'`).join(" ");
    return openProgram(inShell(`${pace.isMoved ? keptClock(client, line()) : ""}exec ${program}`));
  }
  if (runs.process !== undefined) {
    await docker(
      "exec",
      "-d",
      container,
      "sh",
      "-c",
      `${pace.isMoved ? keptClock(client, line()) : ""}exec ${runs.process}`,
    );
  }
  return {
    async step(step) {
      if (step === "ready") return undefined;
      // The client's process has the clock; what only asks it has none.
      const hasClock = pace.isMoved && runs.process === undefined && !isClockless(client);
      const clock = hasClock ? ownClock(client, line()) : "";
      const text = `if (${clock}${listLine(client)}) 2>&1; then echo; echo =ok; else echo; echo =failed; fi`;
      const session = openProgram(inShell(text));
      try {
        return await session.step("");
      } finally {
        await session.end();
      }
    },
    warnings: () => "",
    end: async () => {},
  };
}

/** For a program that goes on while its clock is moved. Nothing is started between the look at the clock and it. */
function keptClock(client: Client, line: WorldLine): string {
  const file = `${CLOCK_FOLDER}/faketime`;
  const clock = `FAKETIME_TIMESTAMP_FILE=${file} FAKETIME_CACHE_DURATION=1`;
  return `umask 0; ${offsetShell(line)}; echo "$offset.000 x${line.rate}" > ${file}; ${exported(client, line, clock)}`;
}

function ownClock(client: Client, line: WorldLine): string {
  return `${offsetShell(line)}; ${exported(client, line, `FAKETIME="$offset x${line.rate}"`)}`;
}

function exported(client: Client, { rate }: WorldLine, clock: string): string {
  const patience = hasRaisedPatience(client) ? `AWS_METADATA_SERVICE_TIMEOUT=${rate}` : "";
  return `export LD_PRELOAD=${LIBRARY} ${clock} ${SETTINGS} CLOCK_RATE=${rate} ${patience}; `;
}
