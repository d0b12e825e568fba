// What `rolemint fault` and its commands take.
import type { Command } from "commander";
import { named, withOutput, withWhere } from "./command-line.ts";

const WHENS = `
--when is one of these, or several that go together:
  now               the default
  +10m, or a time   by the world's clock
  lifetime:80%      when so much of the instance's credentials' lifetime is over
  next-refresh      with the next request for the credentials
  request:3         at the third request, and with --times from there on
  path:REGEX        only where the request's path matches

Example:
  $ rolemint fault add imds.slow first-byte=2s --when next-refresh --for 10m
  $ rolemint fault add s3.expire-mid-multipart part=3 --target role:app`;

export function addFaultCommands(rolemint: Command): void {
  const fault = withOutput(rolemint.command("fault"))
    .description("inject faults: credentials that expire, metadata that is slow, S3 that refuses")
    .addHelpText("after", "\nExample:\n  $ rolemint fault add imds.unreachable --for 10m\n  $ rolemint fault preset");
  withOutput(withWhere(fault.command("add")))
    .argument("<name>", "a fault; `rolemint fault ls --all` lists them")
    .argument("[parameters...]", "what it takes, as key=value")
    .option("--target <whom>", "an instance, role:NAME or all; default the only instance", named)
    .option("--when <trigger>", "when it acts; default now", gathered, [])
    .option("--for <duration>", "how long it lasts, by the world's clock; default 1h", named)
    .option("--probability <p>", "of each request, above 0 and at most 1", named)
    .option("--times <n>", "how often it acts on each instance", named)
    .option("--seed <text>", "what chance is drawn from; the same repeats the same", named)
    .description("put a fault")
    .addHelpText("after", WHENS)
    .action(async (name, parameters, flags) => (await import("./commands/fault.ts")).addFault(name, parameters, flags));
  withOutput(withWhere(fault.command("ls")))
    .option("--all", "every fault that there is, with its parameters")
    .description("list the faults under way and to come")
    .addHelpText("after", "\nExample:\n  $ rolemint fault ls --all")
    .action(async (flags) => (await import("./commands/fault-lists.ts")).listFaults(flags));
  withOutput(withWhere(fault.command("rm")))
    .argument("[id]", "as `rolemint fault ls` shows it")
    .option("--all", "every fault")
    .description("take a fault away, and heal what it did")
    .addHelpText("after", "\nExample:\n  $ rolemint fault rm f-1")
    .action(async (id, flags) => (await import("./commands/fault.ts")).removeFault(id, flags));
  withOutput(withWhere(fault.command("preset")))
    .argument("[name]", "a preset; without one they are listed")
    .argument("[parameters...]", "of its faults, as key=value")
    .option("--target <whom>", "an instance, role:NAME or all; default the only instance", named)
    .option("--for <duration>", "how long its faults last, by the world's clock; default the preset's", named)
    .description("play an incident again, or list those that there are")
    .addHelpText("after", "\nExample:\n  $ rolemint fault preset imds-outage-30m --target web")
    .action(async (name, parameters, flags) => {
      if (name === undefined) return (await import("./commands/fault-lists.ts")).listPresets(flags);
      return (await import("./commands/fault.ts")).putPreset(name, parameters, flags);
    });
}

function gathered(text: string, before: readonly string[]): readonly string[] {
  return [...before, named(text)];
}
