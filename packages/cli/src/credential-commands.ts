// The commands that move what a client's refresh depends on: its credentials, its role, and time.
import { type Command, InvalidArgumentError } from "commander";
import { named, withOutput, withWhere } from "./command-line.ts";

export function addCredentialCommands(rolemint: Command): void {
  addKeyCommands(rolemint);
  addRoleCommands(rolemint);
  withOutput(withWhere(rolemint.command("clock")))
    .argument("[time]", "a time like 2026-11-23T12:00:00Z, or by how much to move it: +6h, -10m")
    .description("show or move the world's clock")
    .option("--rate <n>", "how fast it runs over the host's, 0 to 10000", rate)
    .option("--freeze", "let it stand")
    .option("--resume", "let it run at the host's pace")
    // Of which -10m would be one.
    .allowUnknownOption()
    .addHelpText("after", "\nExample:\n  $ rolemint clock +6h\n  $ rolemint clock --rate 200")
    .action(async (time, flags) => (await import("./commands/clock.ts")).clock(time, flags));
}

function addKeyCommands(rolemint: Command): void {
  withOutput(withWhere(rolemint.command("rotate")))
    .argument("[instance]", "a name or an id; default the only one")
    .description("issue an instance's next credentials now; the old ones live to their own end")
    .addHelpText("after", "\nExample:\n  $ rolemint rotate web")
    .action(async (instance, flags) => (await import("./commands/rotate.ts")).rotate(instance, flags));
  withOutput(withWhere(rolemint.command("rotation")))
    .argument("[instance]", "a name or an id; default all that have no schedule of their own")
    .description("show or set how long credentials live and when they are renewed")
    .option("--profile <name>", "ec2, fast, edge, tiny or frozen", named)
    .option("--lifetime <duration>", "how long credentials live", named)
    .option("--renew-every <duration>", "when the next ones are issued", named)
    .option("--overlap <duration>", "how long after that the old ones end; default at their own expiry", named)
    .option("--jitter <duration>", "up to so much is added to each lifetime", named)
    .addHelpText("after", "\nExample:\n  $ rolemint rotation web --lifetime 30m --renew-every 10m")
    .action(async (instance, flags) => (await import("./commands/rotation.ts")).rotation(instance, flags));
  withOutput(withWhere(rolemint.command("expire")))
    .argument("<instance-or-key-id>", "all live keys of an instance, or one key")
    .description("refuse keys as expired from now on")
    .addHelpText("after", "\nExample:\n  $ rolemint expire web")
    .action(async (whose, flags) => (await import("./commands/expire.ts")).expire(whose, flags));
  withOutput(withWhere(rolemint.command("revoke")))
    .argument("<role>", "its name")
    .description("refuse a role's sessions that began before now, as the AWS console does")
    .addHelpText("after", "\nExample:\n  $ rolemint revoke app")
    .action(async (role, flags) => (await import("./commands/revoke.ts")).revoke(role, flags));
}

function addRoleCommands(rolemint: Command): void {
  const role = withOutput(rolemint.command("role"))
    .description("give an instance another role, none, or one; make a role anew")
    .addHelpText("after", "\nExample:\n  $ rolemint role swap web other");
  withOutput(withWhere(role.command("swap")))
    .argument("<instance>", "a name or an id")
    .argument("<role>", "its name")
    .description("give an instance that has a role another")
    .addHelpText("after", "\nExample:\n  $ rolemint role swap web other")
    .action(async (instance, name, flags) => (await import("./commands/role.ts")).swapRole(instance, name, flags));
  withOutput(withWhere(role.command("detach")))
    .argument("<instance>", "a name or an id")
    .description("take its role from an instance")
    .addHelpText("after", "\nExample:\n  $ rolemint role detach web")
    .action(async (instance, flags) => (await import("./commands/role.ts")).detachRole(instance, flags));
  withOutput(withWhere(role.command("attach")))
    .argument("<instance>", "a name or an id")
    .argument("<role>", "its name")
    .description("give an instance that has no role one")
    .addHelpText("after", "\nExample:\n  $ rolemint role attach web app")
    .action(async (instance, name, flags) => (await import("./commands/role.ts")).attachRole(instance, name, flags));
  withOutput(withWhere(role.command("recreate")))
    .argument("<role>", "its name")
    .description("delete a role and make it anew as it was, with another id: its sessions are refused")
    .addHelpText("after", "\nExample:\n  $ rolemint role recreate app")
    .action(async (name, flags) => (await import("./commands/role-recreate.ts")).recreateRole(name, flags));
}

function rate(text: string): number {
  const number = Number(text);
  if (/^\d+(?:\.\d+)?$/.test(text) && number <= 10_000) return number;
  throw new InvalidArgumentError("a rate is a number from 0 to 10000.");
}
