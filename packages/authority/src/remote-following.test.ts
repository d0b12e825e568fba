import { expect, test } from "@jest/globals";
import type { Log } from "@rolemint/host/log";
import { pause } from "@rolemint/host/schedule";
import { follow } from "./remote-following.ts";
import { SeamError } from "./remote-protocol.ts";
import type { PollAnswer } from "./revisions.ts";

const WELL: PollAnswer = {
  Epoch: "a",
  Revision: 1,
  Reset: true,
  Identities: false,
  ClockMoved: false,
  Instances: [],
  Buckets: [],
  Clock: { At: 0, Time: 0, Rate: "1", Strict: false },
  FaultsMoved: false,
  Faults: [],
};
const GONE = new SeamError("unreachable", "the control plane cannot be reached (ECONNREFUSED)");
const LATE = new SeamError("late", "the control plane did not answer Revisions within 2000 ms");
const REFUSED = new SeamError("refused", "the control plane does not take our shared secret");
const WAITS = `info: waiting for the control plane (${GONE.message})`;
const FOLLOWED = "info: the control plane is followed";
const AWAY = `warn: the control plane is away; what is known is used on (${GONE.message})`;

/** What the log says; polls are answered in turn, the last one never. */
async function linesOf(answers: readonly (PollAnswer | SeamError)[]): Promise<readonly string[]> {
  const lines: string[] = [];
  const write = (level: string) => (fields: { err?: Error; reason?: string }, message: string) => {
    const stack = fields.err === undefined ? "" : ` [${fields.err.message}, with its stack]`;
    const reason = fields.reason === undefined ? "" : ` (${fields.reason})`;
    lines.push(`${level}: ${message}${reason}${stack}`);
  };
  const log = { debug() {}, info: write("info"), warn: write("warn"), error: write("error") } as unknown as Log;
  const left = [...answers];
  const hung = Promise.withResolvers<PollAnswer>();
  hung.promise.catch(() => {});
  const following = follow({
    client: "test",
    async poll() {
      const answer = left.shift() ?? hung.promise;
      if (answer instanceof SeamError) throw answer;
      return answer;
    },
    interrupt: () => hung.reject(GONE),
    askMs: 1000,
    staleForMs: 60_000,
    clock: { now: () => 0 },
    log,
  });
  while (left.length > 0) await pause(1);
  await pause(1);
  await following.close();
  return lines;
}

test.each<[string, readonly (PollAnswer | SeamError)[], readonly string[]]>([
  ["a normal start, the control plane being the later one", [GONE, GONE, GONE, WELL], [WAITS, FOLLOWED]],
  ["one failure is worth no line", [GONE, WELL, GONE, WELL], [FOLLOWED, FOLLOWED]],
  ["contact that is lost", [WELL, GONE, GONE, LATE, WELL, GONE, GONE], [FOLLOWED, AWAY, FOLLOWED, AWAY]],
  [
    "a wrong secret, found when the control plane is there",
    [GONE, GONE, REFUSED, REFUSED],
    [WAITS, `warn: the control plane cannot be followed [${REFUSED.message}, with its stack]`],
  ],
])("the log tells of %s", async (_, answers, expected) => {
  expect(await linesOf(answers)).toEqual(expected);
});
