// The timeline in numbers, an instance a row: how often it refreshed, how much it asked the metadata service, its
// busiest second, and what was refused. Counted event by event, so that it takes no memory however long it is.
import type { TimelineEvent } from "@rolemint/expectations";
import Table from "cli-table3";
import pc from "picocolors";
import { visible } from "../output.ts";

export interface InstanceSummary {
  /** Id; absent for what belongs to no instance. */
  readonly instance?: string;
  readonly name: string;
  /** Credential documents that it fetched. */
  readonly refreshes: number;
  readonly metadataCalls: number;
  /** Absent where less than a minute was looked at. */
  readonly metadataCallsPerHour?: number;
  /** Most metadata and signed calls in one second of world time. */
  readonly peakRequestsPerSecond: number;
  readonly calls: number;
  readonly refusals: Readonly<Record<string, number>>;
  readonly warnings: number;
}

export interface Summing {
  add(event: TimelineEvent): void;
  /** `name` gives an instance's name; `end` is world time now. */
  result(name: (instance: string | undefined) => string, end: number): InstanceSummary[];
}

interface Counted {
  refreshes: number;
  metadataCalls: number;
  calls: number;
  warnings: number;
  peak: number;
  second: string;
  inSecond: number;
  readonly refusals: Map<string, number>;
}

const MINUTE = 60_000;
const HOUR = 3_600_000;

/** `begin` is where the time that is looked at starts; without it the first event. Milliseconds. */
export function openSummary(begin: number | undefined): Summing {
  const instances = new Map<string | undefined, Counted>();
  let first = begin;
  return {
    add(event) {
      first ??= Date.parse(event.Time);
      let counted = instances.get(event.Instance);
      if (!counted) {
        counted = newCount();
        instances.set(event.Instance, counted);
      }
      count(counted, event);
    },
    result(name, end) {
      const span = first === undefined ? 0 : end - first;
      return [...instances].map(([instance, counted]) => ({
        ...(instance !== undefined && { instance }),
        name: name(instance),
        refreshes: counted.refreshes,
        metadataCalls: counted.metadataCalls,
        ...(span >= MINUTE && { metadataCallsPerHour: rounded((counted.metadataCalls * HOUR) / span) }),
        peakRequestsPerSecond: counted.peak,
        calls: counted.calls,
        refusals: Object.fromEntries(counted.refusals),
        warnings: counted.warnings,
      }));
    },
  };
}

function newCount(): Counted {
  const zero = { refreshes: 0, metadataCalls: 0, calls: 0, warnings: 0, peak: 0, second: "", inSecond: 0 };
  return { ...zero, refusals: new Map() };
}

function count(counted: Counted, { Kind, Time, AccessKeyId, Code = "without a code" }: TimelineEvent): void {
  if (Kind === "warning") counted.warnings++;
  if (Kind !== "metadata" && Kind !== "call" && Kind !== "refusal") return;
  const second = Time.slice(0, 19);
  counted.inSecond = second === counted.second ? counted.inSecond + 1 : 1;
  counted.second = second;
  counted.peak = Math.max(counted.peak, counted.inSecond);
  if (Kind === "metadata") {
    counted.metadataCalls++;
    if (AccessKeyId !== undefined) counted.refreshes++;
    return;
  }
  counted.calls++;
  if (Kind === "refusal") counted.refusals.set(Code, (counted.refusals.get(Code) ?? 0) + 1);
}

function rounded(value: number): number {
  return Math.round(value * 10) / 10;
}

export function summaryText(summaries: readonly InstanceSummary[]): string {
  if (summaries.length === 0) return "no event";
  const table = new Table({
    head: ["instance", "refreshes", "metadata calls", "an hour", "peak a second", "calls", "refused"],
    style: { head: pc.isColorSupported ? ["bold"] : [], border: [], compact: true },
  });
  for (const one of summaries) {
    const refused = Object.entries(one.refusals).map(([code, times]) => `${code} ${times}`);
    const row = [
      one.name,
      one.refreshes,
      one.metadataCalls,
      one.metadataCallsPerHour ?? "-",
      one.peakRequestsPerSecond,
    ];
    table.push([...row, one.calls, refused.join(", ") || "-"].map((cell) => visible(String(cell))));
  }
  return table.toString();
}
