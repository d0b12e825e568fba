// What stands out of the matrix, told by rules: who never came back, who asks the metadata service all the time, and who
// uses keys to their last second or beyond.
import { CLIENTS, type Client } from "../clients/clients.ts";
import type { Verdict } from "./evaluate.ts";
import { whyUnmoved } from "./groups.ts";
import { cellOf, duration, type Observed } from "./page.ts";
import { NOTHING, PLANS } from "./plan.ts";

const MANY = 4;
const MINUTE_MS = 60_000;

export function findings(observed: Observed): string {
  return [...incidents(observed), refreshing(observed), ...asking(observed)].map((line) => `- ${line}`).join("\n");
}

function measured(observed: Observed, name: string): [Client, Verdict][] {
  return CLIENTS.flatMap((client) => {
    const cell = cellOf(observed, name, client);
    return "verdict" in cell ? [[client, cell.verdict] as [Client, Verdict]] : [];
  });
}

function incidents(observed: Observed): string[] {
  return Object.keys(PLANS).flatMap((name) => {
    const all = measured(observed, name);
    const hurt = all.filter(([, { outcome }]) => outcome.is === "recovered");
    const lost = all.filter(([, { outcome }]) => outcome.is === "failing");
    if (all.length === 0 || hurt.length + lost.length === 0) return [];
    const unhurt = all.length - hurt.length - lost.length;
    const parts = [
      `${unhurt} of ${all.length} noticed nothing, ${hurt.length} came back`,
      ...(lost.length > 0 ? [`still failing at the end: ${titles(lost)}`] : []),
    ];
    return [`**${name === NOTHING ? "nothing happens" : name}**: ${parts.join("; ")}.`];
  });
}

function titles(of: readonly (readonly [Client, Verdict])[]): string {
  return of.map(([client]) => client.title).join(", ");
}

/** At EC2's own pace, or what stands for it. */
function refreshing(observed: Observed): string {
  const told = measured(observed, NOTHING).flatMap(([client, { leftMs }]) =>
    leftMs === undefined || ("commands" in client.runs && client.runs.process === undefined)
      ? []
      : [{ title: client.title, leftMs, isUnmoved: whyUnmoved(client) !== undefined }],
  );
  const sorted = told.toSorted((a, b) => b.leftMs - a.leftMs);
  const text = sorted.map(({ title, leftMs, isUnmoved }) => `${title} ${duration(leftMs)}${isUnmoved ? " *" : ""}`);
  const late = sorted.filter(({ leftMs }) => leftMs < MINUTE_MS).length;
  const keys = "(*: of keys of 310 seconds with a new one every minute, so that no earlier refresh is seen)";
  return `When nothing happens they refresh with this much left: ${text.join(", ")} ${keys}. ${late} of ${sorted.length} use keys into their last minute.`;
}

function asking(observed: Observed): string[] {
  const incidents = Object.keys(PLANS).filter((name) => name !== NOTHING);
  const eager = CLIENTS.flatMap((client) => {
    const where = incidents.filter((name) => {
      const cell = cellOf(observed, name, client);
      return "verdict" in cell && isEager(client, cell.verdict);
    });
    return where.length === 0 ? [] : [`${client.title} (${where.join(", ")})`];
  });
  return eager.length === 0 ? [] : [`They ask the metadata service on nearly every call: ${eager.join("; ")}.`];
}

/** A long-lived program that asks as often as it calls. With keys of a minute, at the host's pace, many would. */
function isEager(client: Client, { calls, requests }: Verdict): boolean {
  const isCommand = "commands" in client.runs && client.runs.process === undefined;
  return !isCommand && whyUnmoved(client) === undefined && calls > MANY && requests > calls * 0.8;
}
