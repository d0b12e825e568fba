// What tests take from PyPI, at pinned versions, each in an ignored folder of its own. Where there is no Python it stays
// away, and the tests that want it are skipped by name.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";

/** A package at a version, and a program that is in its folder's `bin` once it is there. */
export interface PythonProgram {
  readonly name: string;
  readonly version: string;
  readonly program: string;
  /** Packages beside it, as pip takes them: `boto3==1.44.5`. */
  readonly beside?: readonly string[];
}

/** boto3 brings no program but that of jmespath, which it stands on. */
const BOTO3: PythonProgram = { name: "boto3", version: "1.44.5", program: "jp.py" };

/** Path of the program, or undefined where it could not be installed. */
export function installedProgram(wanted: PythonProgram): string | undefined {
  const path = resolve(folderOf(wanted), "bin", wanted.program);
  return existsSync(path) ? path : undefined;
}

/** Installs it if it is not there. Says on stderr why it could not. */
export function installProgram(wanted: PythonProgram): void {
  if (installedProgram(wanted) !== undefined) return;
  const { name, version, beside = [] } = wanted;
  const folder = folderOf(wanted);
  const say = (why: string) => process.stderr.write(`${name} is not installed: ${why}\n`);
  const made = spawnSync("python3", ["-m", "venv", folder], { encoding: "utf8" });
  if (made.status !== 0) return void say(`no Python with venv (${(made.error?.message ?? made.stderr).trim()})`);
  const args = ["install", "--quiet", "--disable-pip-version-check", `${name}==${version}`, ...beside];
  const pip = spawnSync(join(folder, "bin", "pip"), args, { encoding: "utf8" });
  if (pip.status !== 0) say(pip.stderr.trim().split("\n").at(-1) ?? "pip failed");
}

function folderOf({ name, version, beside = [] }: PythonProgram): string {
  const packages = [`${name}-${version}`, ...beside.map((one) => one.replace("==", "-"))];
  return join(".cache", packages.join("-"));
}

/** A Python that has boto3, or undefined. */
export function pythonWithBoto3(): string | undefined {
  const program = installedProgram(BOTO3);
  return program && resolve(program, "..", "python3");
}

export function installBoto3(): void {
  installProgram(BOTO3);
}
