// `rolemint rotation`: how long credentials live and when they are renewed, shown or set while the world runs.
import Table from "cli-table3";
import pc from "picocolors";
import { CliError } from "../exit.ts";
import { type OutputFlags, outputFor, visible } from "../output.ts";
import {
  callControl,
  findRunning,
  type ListedInstance,
  listedInstance,
  listInstances,
  type Schedule,
  type WhereFlags,
} from "../running.ts";

export interface RotationFlags extends WhereFlags, OutputFlags {
  readonly profile?: string;
  readonly lifetime?: string;
  readonly renewEvery?: string;
  readonly overlap?: string;
  readonly jitter?: string;
}

export async function rotation(named: string | undefined, flags: RotationFlags): Promise<void> {
  const schedule = scheduleIn(flags);
  const ready = findRunning(flags);
  const one = named === undefined ? undefined : await listedInstance(ready, named);
  const output = outputFor(flags);
  if (schedule === undefined) {
    const { Rotation } = await callControl<{ Rotation: Schedule }>(ready, "DescribeWorld");
    const listed = one ? [one] : await listInstances(ready);
    const instances = listed.map(({ Name, InstanceId, Rotation }) => ({ Name, InstanceId, Rotation }));
    output.result(tableOf(instances, one ? undefined : Rotation), { version: 1, rotation: Rotation, instances });
    return;
  }
  const input = { ...schedule, ...(one && { Instance: one.InstanceId }) };
  const set = await callControl<Schedule>(ready, "SetRotation", input);
  const whose = one ? { instance: one.Name } : {};
  output.result(tableOf(one ? [{ Name: one.Name, Rotation: set }] : [], one ? undefined : set), {
    version: 1,
    ...whose,
    rotation: set,
  });
  if (one?.Expiration !== undefined) output.text(`What is issued keeps its expiry, ${one.Expiration}`);
}

function scheduleIn(flags: RotationFlags): object | undefined {
  const { profile, lifetime, renewEvery, overlap, jitter } = flags;
  const parts = { Lifetime: lifetime, RenewEvery: renewEvery, Overlap: overlap, Jitter: jitter };
  const hasParts = Object.values(parts).some((part) => part !== undefined);
  if (profile !== undefined && hasParts) {
    throw new CliError("usage", "give --profile, or --lifetime and --renew-every, not both");
  }
  if (profile !== undefined) return { Profile: profile };
  if (!hasParts) return undefined;
  if (lifetime === undefined || renewEvery === undefined) {
    throw new CliError("usage", "a schedule needs both --lifetime and --renew-every; give the one that is missing");
  }
  return parts;
}

/** `rest`: the schedule of all instances that have none of their own. */
function tableOf(instances: readonly Pick<ListedInstance, "Name" | "Rotation">[], rest: Schedule | undefined): string {
  const table = new Table({
    head: ["instance", "profile", "lifetime", "renewed every", "overlap", "jitter"],
    style: { head: pc.isColorSupported ? ["bold"] : [], border: [], compact: true },
  });
  const rows = [...instances.map(({ Name, Rotation }) => [Name, Rotation] as const)];
  if (rest) rows.push(["(all others)", rest]);
  for (const [name, { Profile, Lifetime, RenewEvery, Overlap, Jitter }] of rows) {
    const cells = [name, Profile, Lifetime, RenewEvery ?? "never", Overlap, Jitter];
    table.push(cells.map((cell) => visible(cell ?? "-")));
  }
  return table.toString();
}
