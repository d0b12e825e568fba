// The commands for worlds in containers; `init` and `doctor` serve the others as well.
import type { Command } from "commander";
import { named, version, withOutput, withWhere } from "./command-line.ts";

export function addContainerCommands(rolemint: Command): void {
  withOutput(rolemint.command("init"))
    .argument("[services...]", "services of the compose file; default those labelled rolemint.role")
    .description("write a commented rolemint.yaml, with --compose also an override")
    .option(
      "--compose <file>",
      "a compose file whose services get roles, again for each more; an override is written beside the first",
      (file: string, files: readonly string[] = []) => [...files, named(file)],
    )
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
    .argument("<part>", "control-plane, imds, s3-authorizer, holder, net-faults or all")
    .description("run one service in a container")
    .option("--config <file>", "control-plane, all: the config", named)
    .option("--state <dir>", "control-plane: where the state is kept", named)
    .option("--instance <name>", "holder: the instance that the namespace is", named)
    .option("--kit", "holder: of a test kit")
    .option("--seam <place>", "the control plane's internal port, host:port or the path of a socket", named)
    .option("--s3-endpoint <url>", "the object store behind the gate", named)
    .exitOverride()
    .action(async (part, flags) => (await import("./commands/serve.ts")).serve(part, flags, version));
}
