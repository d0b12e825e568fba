// The recipes for test suites in other languages do what their pages say, from a copy that knows nothing of this
// repository but the command.
import { spawnSync } from "node:child_process";
import { cpSync } from "node:fs";
import { delimiter, dirname } from "node:path";
import { expect, test } from "@jest/globals";
import { GO_RECIPE, PYTEST_RECIPE, pytest } from "../support/recipes.ts";
import { directory, ROLEMINT } from "../support/rolemint.ts";

const { AWS_EC2_METADATA_DISABLED: _, ...ENVIRONMENT } = process.env;
const PATH = [dirname(process.execPath), ENVIRONMENT["PATH"], "/usr/local/go/bin"].join(delimiter);

function run(recipe: string, program: string, args: readonly string[]) {
  const cwd = directory();
  cpSync(recipe, cwd, { recursive: true });
  const { status, stdout, stderr } = spawnSync(program, args, {
    cwd,
    encoding: "utf8",
    env: { ...ENVIRONMENT, PATH, ROLEMINT, PYTHONDONTWRITEBYTECODE: "1", NO_COLOR: "1" },
  });
  return { status, text: stdout + stderr };
}

// Without Python, or without Go, skipped by name, and failed under REQUIRE_DOCKER=1.
(pytest() === undefined ? test.skip : test)(
  "the pytest suite passes",
  () => {
    const { status, text } = run(PYTEST_RECIPE, pytest()!, ["-p", "no:cacheprovider"]);
    expect([status, text]).toEqual([0, expect.stringMatching(/= 5 passed in /)]);
  },
  120_000,
);

(spawnSync("go", ["version"], { env: { ...ENVIRONMENT, PATH } }).status === 0 ? test : test.skip)(
  "the Go suite passes",
  () => {
    const { status, text } = run(GO_RECIPE, "go", ["test", "-count=1", "-v", "./..."]);
    expect([status, text]).toEqual([0, expect.stringMatching(/(?:--- PASS: [\s\S]*){3}ok\s+example\.com\/recipe/)]);
  },
  600_000,
);
