// What the pages say is what is so: the generated ones are those that the code gives, the README's transcript is what
// the demo prints.
import { spawnSync } from "node:child_process";
import { existsSync, globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "@jest/globals";
import { Validator } from "@seriousme/openapi-schema-validator";
import { MANUAL_FILE, manualText, OPENAPI_FILE } from "./support/control-pages.ts";
import { FAULTS_FILE, faultsText } from "./support/fault-pages.ts";
import { FILE, fidelityText } from "./support/fidelity.ts";
import { openApiText } from "./support/openapi.ts";
import { GUIDES, guideText } from "./support/recipes.ts";

test("docs/fidelity.md is what the code serves; `make docs` writes it", () => {
  expect(readFileSync(FILE, "utf8")).toBe(fidelityText());
});

test("docs/openapi.json and docs/control-api.md are what the control API is; `make docs` writes them", () => {
  expect(readFileSync(OPENAPI_FILE, "utf8")).toBe(openApiText());
  expect(readFileSync(MANUAL_FILE, "utf8")).toBe(manualText());
});

test.each(GUIDES)("%s quotes the files that it leads to; `make docs` writes them", (page) => {
  expect(readFileSync(page, "utf8")).toBe(guideText(page));
  expect(guideText(page).match(/^```\w+$/gm)!.length).toBeGreaterThan(3);
});

test("docs/guides/faults.md is what faults and presets there are; `make docs` writes it", () => {
  expect(readFileSync(FAULTS_FILE, "utf8")).toBe(faultsText());
});

test("docs/openapi.json is OpenAPI 3.1, and every reference in it leads somewhere", async () => {
  const validator = new Validator();
  expect(await validator.validate(JSON.parse(readFileSync(OPENAPI_FILE, "utf8")))).toEqual({ valid: true });
  expect(validator.version).toBe("3.1");
  expect(() => validator.resolveRefs()).not.toThrow();
});

test("every link to a file leads to one", () => {
  const pages = ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", ...globSync("docs/**/*.md")];
  const links = pages.flatMap((page) =>
    [...readFileSync(page, "utf8").matchAll(/\]\(([^)#\s]+)/g)]
      .map(([, target]) => target!)
      .filter((target) => !/^[a-z]+:/.test(target))
      .map((target) => ({ page, target })),
  );
  expect(links.length).toBeGreaterThan(10);
  expect(links.filter(({ page, target }) => !existsSync(join(dirname(page), target)))).toEqual([]);
});

test("the demo tells its whole story, and the README quotes it", () => {
  const args = ["--disable-warning=ExperimentalWarning", "examples/demo/demo.ts"];
  const { stdout, stderr, status } = spawnSync(process.execPath, args, {
    encoding: "utf8",
    env: { ...process.env, NO_COLOR: "1" },
  });
  expect([stderr, status]).toEqual(["", 0]);
  const told = masked(stdout);
  expect(told).toMatch(/1\. [\s\S]*2\. [\s\S]*3\. [\s\S]*4\. [\s\S]*5\. [\s\S]*6\. /);
  expect(told).toContain("ExpiredToken: The provided token has expired.");
  expect(told).toContain("sts:AssumeRole by ec2.amazonaws.com");
  const quoted = /begins like this:\n\n```\n([\s\S]*?)```/.exec(readFileSync("README.md", "utf8"))?.[1] ?? "";
  expect(quoted.split("\n").length).toBeGreaterThan(15);
  expect(told).toContain(masked(quoted));
}, 120_000);

/** Ids differ from run to run. */
function masked(text: string): string {
  return text.replace(/\b(i|iip-assoc)-0[0-9a-f]{16}\b/g, "$1-0…");
}
