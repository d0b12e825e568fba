// A process and all that it has started, by their parents.
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { platform } from "node:os";

/** Ids, its own first; those that ended meanwhile may be among them. */
export function familyOf(pid: number): number[] {
  const children = Map.groupBy(parents(), ([, parent]) => parent);
  const family = [pid];
  for (const one of family) family.push(...(children.get(one) ?? []).map(([child]) => child));
  return family;
}

/** Each process with its parent. */
function parents(): (readonly [number, number])[] {
  if (platform() !== "linux") {
    const listed = execFileSync("ps", ["-A", "-o", "pid=,ppid="], { encoding: "utf8" });
    return listed
      .split("\n")
      .map((line) => line.trim().split(/\s+/).map(Number) as unknown as readonly [number, number]);
  }
  const pids = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  return pids.flatMap((name) => {
    const parent = parentOf(name);
    return parent === undefined ? [] : [[Number(name), parent] as const];
  });
}

function parentOf(pid: string): number | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    // The name of the program stands before, in parentheses, and may hold anything.
    return Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]);
  } catch {
    return undefined;
  }
}
