// The recipes of examples/recipes, as their readers would run them: what each needs, and the pages that quote them.
import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { installedProgram, installProgram, type PythonProgram } from "./python-programs.ts";

export const PYTEST_RECIPE = "examples/recipes/pytest";
export const GO_RECIPE = "examples/recipes/go";
export const GUIDES = ["docs/guides/pytest.md", "docs/guides/go.md"];

/** At the versions that the recipe pins. */
function pytestProgram(): PythonProgram {
  const pinned = readFileSync(join(PYTEST_RECIPE, "requirements.txt"), "utf8").trim().split("\n");
  const isPytest = (line: string) => line.startsWith("pytest==");
  const version = pinned.find(isPytest)!.slice("pytest==".length);
  return { name: "pytest", version, program: "pytest", beside: pinned.filter((line) => !isPytest(line)) };
}

/** Path of pytest, with boto3 beside it, or undefined where it could not be installed. */
export function pytest(): string | undefined {
  return installedProgram(pytestProgram());
}

export function installPytest(): void {
  installProgram(pytestProgram());
}

/** The page with every block of code that follows a link to a file being that file. */
export function guideText(page: string): string {
  return readFileSync(page, "utf8").replace(
    /(\]\((\.\.\/[^)]+)\):\n\n```\w+\n)[\s\S]*?(```\n)/g,
    (_, head: string, file: string, end: string) => head + readFileSync(join(dirname(page), file), "utf8") + end,
  );
}

if (import.meta.main) for (const page of GUIDES) writeFileSync(page, guideText(page));
