// Following the timeline: the control API's stream, taken up again where it broke off, until a signal comes or the
// simulator is gone.
import type { TimelineEvent } from "@rolemint/expectations";
import { pause } from "@rolemint/host/schedule";
import type { ReadyFile } from "@rolemint/simulator";
import { CliError } from "../exit.ts";
import { findRunning, type WhereFlags } from "../running.ts";
import { type EventFilter, streamQuery } from "./event-filter.ts";

/** How long a simulator may be away before it is gone: time to be started anew. */
const PATIENCE_MS = 3000;
const RETRY_MS = 200;

export interface Following {
  readonly flags: WhereFlags;
  readonly filter: EventFilter;
  readonly signal: AbortSignal;
  /** False ends the following: nobody reads any more. */
  take(event: TimelineEvent): boolean;
}

/**
 * Resolves at the signal, or when nobody reads any more, with the place after the last event. Throws a CliError (3)
 * when the simulator is gone.
 */
export async function follow({ flags, filter, signal, take }: Following): Promise<string | undefined> {
  let since = filter.Since;
  let world: string | undefined;
  let contact = performance.now();
  let isRead = true;
  const onLine = (line: string) => {
    const event = JSON.parse(line) as TimelineEvent;
    since = String(event.Id);
    isRead = isRead && take(event);
    return isRead;
  };
  while (isRead && !signal.aborted) {
    try {
      const ready = findRunning(flags);
      // Another token is another world, whose events count from one.
      if (world !== undefined && world !== ready.controlToken) since = "0";
      world = ready.controlToken;
      await readStream(ready, { ...filter, ...(since !== undefined && { Since: since }) }, signal, onLine, () => {
        contact = performance.now();
      });
    } catch (error) {
      if (signal.aborted) return since;
      if (error instanceof CliError && error.exitCode !== 3) throw error;
      if (performance.now() - contact > PATIENCE_MS) throw gone(error);
    }
    if (isRead) await pause(RETRY_MS, signal);
  }
  return since;
}

function gone(error: unknown): CliError {
  if (error instanceof CliError) return error;
  return new CliError(
    "environment",
    "the simulator is gone; start it, or run `rolemint connect` again where its containers were started anew",
  );
}

/** Resolves when the stream ends, rejects when it breaks or is refused. */
async function readStream(
  { endpoints, controlToken }: ReadyFile,
  filter: EventFilter,
  signal: AbortSignal,
  onLine: (line: string) => boolean,
  onContact: () => void,
): Promise<void> {
  const response = await fetch(`${endpoints.control}/events?${streamQuery(filter)}`, {
    headers: { authorization: `Bearer ${controlToken}` },
    signal,
  });
  if (!response.ok || !response.body) throw await refusalOf(response);
  onContact();
  let rest = "";
  try {
    for await (const text of response.body.pipeThrough(new TextDecoderStream())) {
      const lines = (rest + text).split("\n");
      rest = lines.pop()!;
      for (const line of lines) if (!onLine(line)) return;
    }
  } finally {
    // Until now it was there, also where it was killed.
    onContact();
  }
}

async function refusalOf(response: Response): Promise<CliError> {
  const answer = (await response.json().catch(() => ({}))) as { message?: string };
  const kind = response.status === 401 || response.status >= 500 ? "environment" : "usage";
  return new CliError(kind, answer.message ?? `the events cannot be read: ${response.status}`);
}
