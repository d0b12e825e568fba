// `rolemint status`: the instances with their roles and keys, and the time that is left. Never a secret.
import { formatDuration } from "@rolemint/host";
import Table from "cli-table3";
import pc from "picocolors";
import { outputFor, visible } from "../output.ts";
import { findRunning, type ListedInstance, listInstances, type WhereFlags, worldClock } from "../running.ts";

export interface StatusFlags extends WhereFlags {
  readonly json?: boolean;
}

export async function status(flags: StatusFlags): Promise<void> {
  const ready = findRunning(flags);
  const instances = await listInstances(ready);
  const { timeMs } = await worldClock(ready);
  outputFor(flags).result(tableOf(instances, timeMs), { version: 1, instances });
}

function tableOf(instances: readonly ListedInstance[], now: number): string {
  if (instances.length === 0) return "no instance is running";
  // In containers an instance is known by its own address, and all ask at one.
  const isByPort = instances.some(({ Endpoint }) => Endpoint !== undefined);
  const table = new Table({
    head: ["instance", "id", "role", "generation", "key id", "left", isByPort ? "metadata" : "address"],
    style: { head: pc.isColorSupported ? ["bold"] : [], border: [], compact: true },
  });
  for (const one of instances) {
    const left = one.Expiration === undefined ? "" : timeLeft(Date.parse(one.Expiration) - now);
    const place = one.Endpoint ?? one.Address;
    const row = [one.Name, one.InstanceId, one.Role, one.Generation, one.AccessKeyId, left, place];
    table.push(row.map((cell) => visible(String(cell ?? "-"))));
  }
  return [table.toString(), ...instances.flatMap(warningsOf)].join("\n");
}

function warningsOf({ Name, Warnings = [] }: ListedInstance): string[] {
  return Warnings.map(({ Message }) => pc.yellow(`${visible(Name)}: ${visible(Message)}`));
}

function timeLeft(milliseconds: number): string {
  return milliseconds <= 0 ? "expired" : formatDuration(Math.floor(milliseconds / 1000) * 1000);
}
