// The real AWS CLI, from PyPI at a pinned version. Where there is no Python the tests that want it are skipped by name.
import { installedProgram, installProgram, type PythonProgram } from "./python-programs.ts";

const AWS_CLI: PythonProgram = { name: "awscli", version: "1.46.3", program: "aws" };

/** Path of the CLI, or undefined where it could not be installed. */
export function awsCli(): string | undefined {
  return installedProgram(AWS_CLI);
}

/** Installs it if it is not there. Says on stderr why it could not. */
export function installAwsCli(): void {
  installProgram(AWS_CLI);
}
