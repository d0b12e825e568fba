// What `rolemint assert` takes.
import type { Command } from "commander";
import { named, withOutput, withWhere } from "./command-line.ts";

const EXPRESSIONS = `
Expressions, each in quotes; INSTANCE may be left out where there is only one, or with --instance; where it stands in
brackets, the expression is about all of them without it:
  INSTANCE refreshed within DURATION
  [INSTANCE] no-expired-calls
  INSTANCE used-generation NUMBER
  INSTANCE metadata-calls [min NUMBER] [max NUMBER]
  INSTANCE assumed-role ARN
  INSTANCE recovers within DURATION
  [INSTANCE] no-refusals

Example:
  $ rolemint assert "web refreshed within 5m" "web no-expired-calls" no-refusals --junit rolemint.xml`;

export function addAssertCommand(rolemint: Command): void {
  withOutput(withWhere(rolemint.command("assert")))
    .argument("<expressions...>", "what is expected, each in quotes")
    .description("end with 1 unless the timeline shows what is expected of an application")
    .option("--instance <name>", "of whom, where an expression names none", named)
    .option("--since <time>", "only what happened since: 2026-11-23T05:30:00Z, or 10m for so long ago", named)
    .option("--junit <file>", "write the results as JUnit XML", named)
    .option("--markdown <file>", "append the results as Markdown, say to $GITHUB_STEP_SUMMARY", named)
    .addHelpText("after", EXPRESSIONS)
    .action(async (expressions, flags) => {
      process.exitCode = await (await import("./commands/assert.ts")).assert(expressions, flags);
    });
}
