// `make test`: prepares the programs that some tests want, runs Jest, and ends with what was skipped and the one line
// that says how it went. REQUIRE_DOCKER=1 makes every skipped test a failure.
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { installAwsCli } from "./aws-cli.ts";
import { prepareDocker } from "./docker/prepare.ts";
import { installLibfaketime } from "./libfaketime.ts";
import { installBoto3 } from "./python-programs.ts";
import { installPytest } from "./recipes.ts";
import { buildS3Servers } from "./s3-servers.ts";

interface Report {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly numFailedTestSuites: number;
  readonly numRuntimeErrorTestSuites: number;
  readonly testResults: readonly {
    readonly name: string;
    readonly assertionResults: readonly { readonly status: string; readonly fullName: string }[];
  }[];
}

const REPORT = ".cache/jest-report.json";
const JEST = ["--experimental-vm-modules", "--disable-warning=ExperimentalWarning", "node_modules/jest/bin/jest.js"];
const isStrict = process.env["REQUIRE_DOCKER"] === "1";

mkdirSync(".cache", { recursive: true });
rmSync(REPORT, { force: true });
installAwsCli();
installBoto3();
installLibfaketime();
installPytest();
// Before the servers: the images bring a MinIO, which then need not be built a second time.
if (usesDocker()) await prepareOrEnd();
buildS3Servers();

const jest = spawnSync(process.execPath, [...JEST, "--json", `--outputFile=${REPORT}`, ...process.argv.slice(2)], {
  stdio: ["inherit", "ignore", "inherit"],
  env: { ...process.env, AWS_EC2_METADATA_DISABLED: "true" },
});

const report = JSON.parse(readFileSync(REPORT, "utf8")) as Report;
const skipped = report.testResults.flatMap(({ assertionResults }) =>
  assertionResults.filter(({ status }) => status === "pending").map(({ fullName }) => fullName),
);
for (const name of skipped) console.log(`skipped: ${name}`);
if (isStrict && skipped.length > 0) console.log("REQUIRE_DOCKER=1: nothing may be skipped");
const broken = report.numRuntimeErrorTestSuites;
const failed = report.numFailedTests + broken + (isStrict ? skipped.length : 0);
console.log(`${report.numPassedTests} passed, ${failed} failed, ${isStrict ? 0 : skipped.length} skipped`);
process.exitCode = failed > 0 || jest.status !== 0 ? 1 : 0;

/** Whether one of the chosen test files drives containers. */
function usesDocker(): boolean {
  const listed = spawnSync(process.execPath, [...JEST, "--listTests", ...process.argv.slice(2)], { encoding: "utf8" });
  const files = listed.stdout.split("\n").filter((file) => file.endsWith(".ts"));
  return files.some((file) => /support\/(?:docker\/|compose\.ts)/.test(readFileSync(file, "utf8")));
}

/** Without REQUIRE_DOCKER=1 a lack is said, and the tests are skipped by name; with it, it is the end. */
async function prepareOrEnd(): Promise<void> {
  try {
    const engine = await prepareDocker();
    if ("missing" in engine) console.log(`no Docker tests: ${engine.missing}`);
  } catch (problem) {
    console.log(`REQUIRE_DOCKER=1: ${(problem as Error).message}`);
    console.log("0 passed, 1 failed, 0 skipped");
    process.exit(1);
  }
}
