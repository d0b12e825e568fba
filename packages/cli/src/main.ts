// The command line: what each command takes, and how it ends. A command is a file of its own, loaded when it is asked.
import { Socket } from "node:net";
import { Command, CommanderError } from "commander";
import { addAssertCommand } from "./assert-command.ts";
import { named, port, seed, version, withOutput, withWhere } from "./command-line.ts";
import { addContainerCommands } from "./container-commands.ts";
import { addCredentialCommands } from "./credential-commands.ts";
import { addEventCommands } from "./event-commands.ts";
import { CliError, EXIT } from "./exit.ts";
import { addFaultCommands } from "./fault-commands.ts";
import { visible } from "./output.ts";

function program(): Command {
  const rolemint = new Command("rolemint")
    .description("makes any container an EC2 instance as far as credentials go")
    .version(version)
    .enablePositionalOptions()
    .exitOverride()
    .configureOutput({ writeErr: () => {} })
    .addHelpText("after", '\nExample:\n  $ rolemint up &\n  $ eval "$(rolemint env web)"\n  $ aws s3 ls');
  withOutput(rolemint.command("up"))
    .description("start everything in one process, in the foreground")
    .option("--config <file>", "the config; default ./rolemint.yaml if it is there, else the built-in world", named)
    .option("--state <dir>", "where the state is kept; default ./.rolemint", named)
    .option("--ephemeral", "keep no state")
    .option("--host <address>", "where apps reach it; default 127.0.0.1", named)
    .option("--aws-port <port>", "AWS APIs and S3; default 4566, 0 for any free one", port)
    .option("--imds-port <port>", "metadata of the first instance; default 1338, 0 for any free one", port)
    .option("--control-port <port>", "the control API; default 4567, 0 for any free one", port)
    .option("--ready <file>", "also write the ready file there", named)
    .option("--seed <n>", "draw all ids and keys from a number: predictable keys, for runs that repeat", seed)
    .addHelpText("after", "\nExample:\n  $ rolemint up --config rolemint.yaml --aws-port 0 --ready /tmp/ready.json")
    .action(async (flags) => (await import("./commands/up.ts")).up(flags, version));
  withOutput(withWhere(rolemint.command("env")))
    .argument("[instance]", "a name or an id; default the only one")
    .description("print the environment that an unmodified program needs, for eval")
    .option("--operator", "the operator's, with the account's root key")
    .option("--shell <name>", "sh, fish or powershell", "sh")
    .addHelpText("after", '\nExample:\n  $ eval "$(rolemint env web)"')
    .action(async (instance, flags) => (await import("./commands/env.ts")).env(instance, flags));
  withOutput(withWhere(rolemint.command("exec")))
    .argument("<instance>", "a name or an id")
    .argument("<command...>", "the program and its arguments, after --")
    .option("--client-clock <spec>", "the program's clock, by libfaketime: +6h, x200, '+6h x200', or world", named)
    .passThroughOptions()
    .description("run a program with an instance's environment")
    .addHelpText(
      "after",
      "\nExample:\n  $ rolemint exec web -- aws s3 ls\n  $ rolemint exec web --client-clock world -- node app.js",
    )
    .action(async (instance, command, flags) => {
      process.exitCode = await (await import("./commands/exec.ts")).exec(instance, command, flags);
    });
  withOutput(withWhere(rolemint.command("status")))
    .description("show instances, roles, key ids and the time that is left")
    .addHelpText("after", "\nExample:\n  $ rolemint status --json")
    .action(async (flags) => (await import("./commands/status.ts")).status(flags));
  withOutput(withWhere(rolemint.command("apply")))
    .argument("[file]", "the config; default ./rolemint.yaml")
    .description("bring the running world to a changed config")
    .addHelpText("after", "\nExample:\n  $ rolemint apply rolemint.yaml")
    .action(async (file, flags) => (await import("./commands/apply.ts")).apply(file, flags));
  addCredentialCommands(rolemint);
  addEventCommands(rolemint);
  addAssertCommand(rolemint);
  addFaultCommands(rolemint);
  addContainerCommands(rolemint);
  return rolemint;
}

/** Launched by an older Node, we end when it does: the pipe it holds is closed by its death. */
function endWithLauncher(): void {
  const fd = process.env["ROLEMINT_LAUNCHER_FD"];
  if (fd === undefined) return;
  delete process.env["ROLEMINT_LAUNCHER_FD"];
  const pipe = new Socket({ fd: Number(fd), readable: true, writable: false });
  pipe.on("close", () => process.kill(process.pid, "SIGKILL")).resume();
  pipe.unref();
}

async function run(): Promise<void> {
  endWithLauncher();
  try {
    await program().parseAsync();
  } catch (error) {
    process.exitCode = report(error);
  }
}

/** Prints what went wrong in one sentence and gives the exit code. */
function report(error: unknown): number {
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return 0;
    process.stderr.write(`${usageText(error)}\n`);
    return EXIT.usage;
  }
  const wantsStack = process.argv.includes("--debug") && error instanceof Error;
  const text = error instanceof Error ? error.message : String(error);
  process.stderr.write(`${wantsStack ? error.stack : text.split("\n").map(visible).join("\n")}\n`);
  return error instanceof CliError ? error.exitCode : EXIT.environment;
}

/** Commander's words as one sentence, with where to read on. */
function usageText({ code, message }: CommanderError): string {
  const [, , name, below] = process.argv;
  const asked = program().commands.find((command) => command.name() === name);
  const inner = asked?.commands.find((command) => command.name() === below);
  const help = `\`${["rolemint", asked?.name(), inner?.name(), "--help"].filter(Boolean).join(" ")}\``;
  if (code === "commander.help") return `say what to do; ${help} lists the commands`;
  const wrong = message
    .replace(/^error: /, "")
    .replace(/\. (\w)/, (_, letter: string) => `: ${letter.toLowerCase()}`)
    .replace(/\.$/, "");
  const guess = /^(.*)\n\(Did (.*\?)\)$/.exec(wrong);
  if (guess) return `${guess[1]}; did ${guess[2]}`;
  return `${wrong}; see ${help}`;
}

await run();
