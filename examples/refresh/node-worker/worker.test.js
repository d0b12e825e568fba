// The worker as a program on an instance whose credentials rotate: it may not be left with those that it began with.
import "@rolemint/jest/jest";
import { startRolemint } from "@rolemint/jest";

const { startWorker } = await import(`./${process.env.VERSION ?? "fixed"}/worker.js`);

test("goes on after its first credentials have ended", async () => {
  await using lab = await startRolemint({
    config: "rolemint.yaml",
    // Shorter than the five minutes before the end in which this SDK looks for new ones: it looks with every call.
    rotation: { lifetime: "4m", renewEvery: "2m" },
  });
  await lab.clock({ rate: 0 });
  const app = await lab.instance({ name: "worker", role: "worker" });
  using _ = app.enter();

  const worker = await startWorker();
  await worker.poll();
  await lab.clock("+2m"); // the second generation is out
  await worker.poll();
  await lab.clock("+2m"); // the first has ended
  await worker.poll();

  await expect(app).toHaveRefreshed({ within: "1m" });
  await expect(app).toHaveNoExpiredCalls();
});
