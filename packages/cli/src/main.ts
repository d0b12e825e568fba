// The command line: what each command takes, and how it ends. A command is a file of its own, loaded when it is asked.
import { Socket } from "node:net";
import { Command, CommanderError, InvalidArgumentError } from "commander";
import manifest from "../package.json" with { type: "json" };
import { CliError, EXIT } from "./exit.ts";
import { visible } from "./output.ts";

const { version } = manifest;

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
    .passThroughOptions()
    .description("run a program with an instance's environment")
    .addHelpText("after", "\nExample:\n  $ rolemint exec web -- aws s3 ls")
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
  addContainerCommands(rolemint);
  return rolemint;
}

/** For worlds in containers; `init` and `doctor` serve the others as well. */
function addContainerCommands(rolemint: Command): void {
  withOutput(rolemint.command("init"))
    .argument("[services...]", "services of the compose file; default those labelled rolemint.role")
    .description("write a commented rolemint.yaml, with --compose also an override")
    .option("--compose <file>", "a compose file whose services get roles; an override is written beside it", named)
    .option("--force", "write over what is there")
    .addHelpText("after", "\nExample:\n  $ rolemint init --compose docker-compose.yml web worker")
    .action(async (services, flags) => (await import("./commands/init.ts")).init(services, flags));
  withOutput(withWhere(rolemint.command("doctor")))
    .option("--compose <file...>", "compose files, in compose's order; default those that compose finds here")
    .description("look for what would not work, and say what to do")
    .addHelpText("after", "\nExample:\n  $ rolemint doctor --compose docker-compose.yml compose.rolemint.yaml")
    .action(async (flags) => {
      process.exitCode = await (await import("./commands/doctor.ts")).doctor(flags);
    });
  withOutput(withWhere(rolemint.command("connect")))
    .option(
      "--project <name>",
      "the compose project; default COMPOSE_PROJECT_NAME, the only one that runs, or that of this directory",
      named,
    )
    .description("write the ready file of a compose project on this host")
    .addHelpText("after", "\nExample:\n  $ rolemint connect --project rolemint")
    .action(async (flags) => (await import("./commands/connect.ts")).connect(flags));
  rolemint
    .command("serve", { hidden: true })
    .argument("<part>", "control-plane, imds, s3-authorizer or holder")
    .description("run one service in a container")
    .option("--config <file>", "control-plane: the config", named)
    .option("--state <dir>", "control-plane: where the state is kept", named)
    .option("--instance <name>", "holder: the instance that the namespace is", named)
    .option("--seam <place>", "the control plane's internal port, host:port or the path of a socket", named)
    .option("--s3-endpoint <url>", "the object store behind the gate", named)
    .exitOverride()
    .action(async (part, flags) => (await import("./commands/serve.ts")).serve(part, flags, version));
}

function withOutput(command: Command): Command {
  return command
    .option("--json", "print one JSON object, or JSON lines")
    .option("--quiet", "print no more than the result")
    .option("--debug", "print the stack of an error")
    .version(version, "--version", "print the version")
    .exitOverride();
}

function withWhere(command: Command): Command {
  return command
    .option("--state <dir>", "the state of the running simulator; default ./.rolemint", named)
    .option("--ready <file>", "its ready file, instead of --state", named);
}

/** An empty value is a shell's variable that was not set. */
function named(text: string): string {
  if (text !== "") return text;
  throw new InvalidArgumentError("it is empty.");
}

function port(text: string): number {
  const number = Number(text);
  if (/^\d+$/.test(text) && number <= 65_535) return number;
  throw new InvalidArgumentError("a port is a number from 0 to 65535.");
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
  if (code === "commander.help") return "say what to do; `rolemint --help` lists the commands";
  const wrong = message
    .replace(/^error: /, "")
    .replace(/\. (\w)/, (_, letter: string) => `: ${letter.toLowerCase()}`)
    .replace(/\.$/, "");
  const guess = /^(.*)\n\(Did (.*\?)\)$/.exec(wrong);
  if (guess) return `${guess[1]}; did ${guess[2]}`;
  const asked = program().commands.find((command) => command.name() === process.argv[2]);
  return `${wrong}; see \`rolemint ${asked ? `${asked.name()} ` : ""}--help\``;
}

await run();
