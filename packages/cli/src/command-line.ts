// What all commands of the command line share: the flags that each takes, and the checks of their values.
import { type Command, InvalidArgumentError } from "commander";
import manifest from "../package.json" with { type: "json" };

export const { version } = manifest;

export function withOutput(command: Command): Command {
  return command
    .option("--json", "print one JSON object, or JSON lines")
    .option("--quiet", "print no more than the result")
    .option("--debug", "print the stack of an error")
    .version(version, "--version", "print the version")
    .exitOverride();
}

export function withWhere(command: Command): Command {
  return command
    .option("--state <dir>", "the state of the running simulator; default ./.rolemint", named)
    .option("--ready <file>", "its ready file, instead of --state", named);
}

/** An empty value is a shell's variable that was not set. */
export function named(text: string): string {
  if (text !== "") return text;
  throw new InvalidArgumentError("it is empty.");
}

export function port(text: string): number {
  const number = Number(text);
  if (/^\d+$/.test(text) && number <= 65_535) return number;
  throw new InvalidArgumentError("a port is a number from 0 to 65535.");
}

export function seed(text: string): number {
  const number = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(number)) return number;
  throw new InvalidArgumentError("a seed is a whole number from 0 to 9007199254740991.");
}
