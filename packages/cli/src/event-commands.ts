// The commands that tell what happened, and why something was refused.
import type { TimelineEvent } from "@rolemint/expectations";
import { type Command, InvalidArgumentError, Option } from "commander";
import { named, withOutput, withWhere } from "./command-line.ts";

const KINDS = ["metadata", "issue", "call", "refusal", "fault", "warning"] satisfies TimelineEvent["Kind"][];

export function addEventCommands(rolemint: Command): void {
  withOutput(withWhere(rolemint.command("trace")))
    .description("show what happened: metadata calls, credentials, signed calls, refusals, faults, warnings")
    .option("-f, --follow", "go on as things happen, until Ctrl-C or --until")
    .option("--summary", "in numbers, an instance a row")
    .option("--instance <name>", "of one instance, by its name or id", named)
    .option("--since <time>", "from a time on, or from so long ago, like 10m; default the newest", named)
    .option("--until <time>", "before a time, or before so long ago", named)
    .addOption(new Option("--kind <kind...>", "of these kinds").choices(KINDS))
    .option("--key <id>", "of one access key id", named)
    .option("--generation <n>", "of one generation", whole)
    .option("--action <name>", "of one action, like GetObject; of metadata v1 or v2", named)
    .option("--status <code>", "answered with this status", whole)
    .option("--code <code>", "of one error code, like ExpiredToken", named)
    .option("--limit <n>", "at most so many", whole)
    .addHelpText(
      "after",
      "\nExample:\n  $ rolemint trace --follow --instance web\n  $ rolemint trace --since 10m --kind refusal --json",
    )
    .action(async (flags) => (await import("./commands/trace.ts")).trace(flags));
  withOutput(withWhere(rolemint.command("explain")))
    .argument("<request-id>", "as the refusal, the client's error or `rolemint trace` gives it")
    .description("say why a request was refused: signature, clocks, key or policies")
    .addHelpText("after", "\nExample:\n  $ rolemint explain 4442587FB7D0A2F9")
    .action(async (requestId, flags) => (await import("./commands/explain.ts")).explain(requestId, flags));
}

function whole(text: string): number {
  const number = Number(text);
  if (/^[1-9]\d*$/.test(text) && Number.isSafeInteger(number)) return number;
  throw new InvalidArgumentError("it must be a whole number from 1 on.");
}
