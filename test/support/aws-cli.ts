// The real AWS CLI, from PyPI at a pinned version, in an ignored folder. Where there is no Python it stays away, and the
// tests that want it are skipped by name.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { resolve } from "node:path";

const VERSION = "1.46.3";
const FOLDER = `.cache/aws-cli-${VERSION}`;

/** Path of the CLI, or undefined where it could not be installed. */
export function awsCli(): string | undefined {
  const path = resolve(FOLDER, "bin", "aws");
  return existsSync(path) ? path : undefined;
}

/** Installs it if it is not there. Says on stderr why it could not. */
export function installAwsCli(): void {
  if (awsCli() !== undefined) return;
  const made = spawnSync("python3", ["-m", "venv", FOLDER], { encoding: "utf8" });
  if (made.status !== 0) return say(`no Python with venv (${(made.error?.message ?? made.stderr).trim()})`);
  const pip = spawnSync(
    `${FOLDER}/bin/pip`,
    ["install", "--quiet", "--disable-pip-version-check", `awscli==${VERSION}`],
    {
      encoding: "utf8",
    },
  );
  if (pip.status !== 0) say(pip.stderr.trim().split("\n").at(-1) ?? "pip failed");
}

function say(why: string): void {
  process.stderr.write(`the AWS CLI is not installed: ${why}\n`);
}
