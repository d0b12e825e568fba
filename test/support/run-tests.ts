// `make test`: prepares the programs that some tests want, runs Jest, and ends with what was skipped and the one line
// that says how it went. REQUIRE_DOCKER=1 makes every skipped test a failure.
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { installAwsCli } from "./aws-cli.ts";

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

mkdirSync(".cache", { recursive: true });
rmSync(REPORT, { force: true });
installAwsCli();

const jest = spawnSync(
  process.execPath,
  [
    "--experimental-vm-modules",
    "--disable-warning=ExperimentalWarning",
    "node_modules/jest/bin/jest.js",
    "--json",
    `--outputFile=${REPORT}`,
    ...process.argv.slice(2),
  ],
  { stdio: ["inherit", "ignore", "inherit"], env: { ...process.env, AWS_EC2_METADATA_DISABLED: "true" } },
);

const report = JSON.parse(readFileSync(REPORT, "utf8")) as Report;
const skipped = report.testResults.flatMap(({ assertionResults }) =>
  assertionResults.filter(({ status }) => status === "pending").map(({ fullName }) => fullName),
);
const isStrict = process.env["REQUIRE_DOCKER"] === "1";
for (const name of skipped) console.log(`skipped: ${name}`);
if (isStrict && skipped.length > 0) console.log("REQUIRE_DOCKER=1: nothing may be skipped");
const broken = report.numRuntimeErrorTestSuites;
const failed = report.numFailedTests + broken + (isStrict ? skipped.length : 0);
console.log(`${report.numPassedTests} passed, ${failed} failed, ${isStrict ? 0 : skipped.length} skipped`);
process.exitCode = failed > 0 || jest.status !== 0 ? 1 : 0;
