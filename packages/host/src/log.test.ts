// The log, of a process of its own, since it is stderr's.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { expect, test } from "@jest/globals";

/** Only Linux has it. */
const FULL_DISK = "/dev/full";

(existsSync(FULL_DISK) ? test : test.skip)("lines that a full disk does not take are lost, and nothing else", () => {
  const script = `
    import { stderrLog } from ${JSON.stringify(new URL("./log.ts", import.meta.url))};
    const log = stderrLog();
    for (const level of ["warn", "error"]) log[level]({ some: "thing" }, "a line");
    console.log("went on");`;
  const { stdout, status } = spawnSync("sh", ["-c", `"$NODE" --input-type=module 2>${FULL_DISK}`], {
    input: script,
    encoding: "utf8",
    env: { ...process.env, NODE: process.execPath },
  });
  expect({ stdout, status }).toEqual({ stdout: "went on\n", status: 0 });
});
