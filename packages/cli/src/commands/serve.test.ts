import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "@jest/globals";

const folder = mkdtempSync(join(tmpdir(), "rolemint-serve-"));
const config = join(folder, "rolemint.yaml");
writeFileSync(config, 'version: 1\ns3: { endpoint: "http://minio:9000", accessKeyId: a, secretAccessKey: b }\n');
afterAll(() => rmSync(folder, { recursive: true }));

test.each([
  [["imds", "--seam", "nonsense"], /^nonsense is no host:port.*; give --seam as control-plane:4570 or .*\n$/],
  [["control-plane", "--config", config, "--state", join(folder, "state")], /^s3 of the config.*--s3-endpoint.*\n$/],
  [["gate"], /^there is no part gate: .*\n$/],
])("serve %j is refused as a wrong use, in one line", (args, says) => {
  const { status, stderr } = spawnSync(process.execPath, ["packages/cli/bin.js", "serve", ...args], {
    encoding: "utf8",
  });
  expect([status, stderr]).toEqual([2, expect.stringMatching(says)]);
});
