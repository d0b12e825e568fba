// Timers: what runs, what is forgotten, and what is waited for.
import { expect, test } from "@jest/globals";
import { breathe, everySecond, pause, wakeUp } from "./schedule.ts";

test("the heartbeat beats until it is stopped", async () => {
  let beats = 0;
  const two = new Promise<void>((resolve) => {
    const heart = everySecond(() => {
      if (++beats < 2) return;
      heart.stop();
      resolve();
    });
  });
  await two;
  await pause(1100);
  expect(beats).toBe(2);
});

test("a timer that is set again forgets the earlier time", async () => {
  const runs: string[] = [];
  await new Promise<void>((resolve) => {
    const timer = wakeUp(() => {
      runs.push("run");
      resolve();
    });
    timer.at(0);
    timer.at(20);
  });
  await pause(30);
  expect(runs).toEqual(["run"]);
});

test("a time that is past runs at once, one too far for a timer waits, a stopped one never runs", async () => {
  const runs: string[] = [];
  const [past, far, stopped] = ["past", "far", "stopped"].map((name) => wakeUp(() => runs.push(name)));
  past!.at(-5000);
  far!.at(Number.POSITIVE_INFINITY);
  stopped!.at(0);
  stopped!.stop();
  await pause(30);
  far!.stop();
  expect(runs).toEqual(["past"]);
});

test("breathing lets other work run first", async () => {
  const order: string[] = [];
  setImmediate(() => order.push("other"));
  await breathe();
  order.push("after");
  expect(order).toEqual(["other", "after"]);
});

test("a pause ends with its signal", async () => {
  const ending = new AbortController();
  const pausing = pause(3_600_000, ending.signal);
  ending.abort();
  await pausing;
  await pause(3_600_000, AbortSignal.abort());
});
