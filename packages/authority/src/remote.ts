// The seam between containers, as a data plane sees it: an Authority whose answers come from the control plane. What is
// remembered of them is cacheOver's; here is only what may be believed, and for how long.
import type { Clock } from "@rolemint/host";
import type { Log } from "@rolemint/host/log";
import type { InputOf, OutputOf } from "@rolemint/wire/operation";
import type { Authority } from "./authority.ts";
import { type Exchange, openExchange } from "./remote-exchange.ts";
import { follow, type RemoteState } from "./remote-following.ts";
import { CHANGES, type Place, QUESTIONS, type Question, SeamError } from "./remote-protocol.ts";
import { Revisions } from "./revisions.ts";

export type { RemoteState } from "./remote-following.ts";
export { type Place, placeIn, SeamError, type SeamReason } from "./remote-protocol.ts";

export interface RemoteOptions {
  /** Who asks, as the control plane's health page and log name it. */
  readonly client: string;
  /** The host's clock, which has to agree with the control plane's. */
  readonly clock: Clock;
  readonly log: Log;
  /** How long what is known may be used without contact, milliseconds; default 15 minutes. */
  readonly staleForMs?: number;
  /** How long a question may take, milliseconds; default 2 s. */
  readonly askMs?: number;
}

/** `clock` throws SeamError before the first contact. Questions reject with SeamError when they cannot be answered. */
export interface RemoteAuthority extends Authority {
  isAway(): boolean;
  state(): RemoteState;
  /** Resolves with the first contact; rejects with SeamError when closed before. */
  untilConnected(): Promise<void>;
  close(): Promise<void>;
}

const STALE_FOR_MS = 15 * 60_000;
const ASK_MS = 2000;
/** Nobody waits for events, and giving up on them early would send them twice. */
const RECORD_MS = 10_000;
const CONNECTIONS = 32;

/** Begins to follow the control plane at once, and never gives up. `secret` is the one that it serves with. */
export function remoteAuthority(place: Place, secret: string, options: RemoteOptions): RemoteAuthority {
  // The polling has a connection of its own: the control plane counts us as long as it is there.
  return authorityOver(openExchange(place, secret, CONNECTIONS), openExchange(place, secret, 1), options);
}

/** The same over any two exchanges. */
export function authorityOver(asking: Exchange, polling: Exchange, options: RemoteOptions): RemoteAuthority {
  const { client, clock, log, staleForMs = STALE_FOR_MS, askMs = ASK_MS } = options;
  const following = follow({
    client,
    poll: async (input, withinMs) => (await polling.ask(Revisions, input, { withinMs, mayRepeat: false })).output,
    interrupt: polling.interrupt,
    askMs,
    staleForMs,
    clock,
    log,
  });

  /** A change is answered when we have seen it, but the control plane does not wait for ever. */
  const ask = <Name extends Question>(name: Name) => {
    const isChange = CHANGES.has(name);
    return async (input: InputOf<(typeof QUESTIONS)[Name]>): Promise<OutputOf<(typeof QUESTIONS)[Name]>> => {
      const answered = await asking.ask(QUESTIONS[name], input, { withinMs: askMs, mayRepeat: !isChange });
      following.heardFrom(answered.epoch, isChange ? answered.revision : undefined);
      return answered.output;
    };
  };

  const record: Authority["record"] = async ({ Events, Dropped }) => {
    try {
      await asking.ask(QUESTIONS.record, { Events, Dropped }, { withinMs: RECORD_MS, mayRepeat: false });
    } catch (error) {
      if (!(error instanceof SeamError && error.reason === "too-large" && Events.length > 1)) throw error;
      const half = Math.ceil(Events.length / 2);
      await record({ Events: Events.slice(0, half), Dropped });
      await record({ Events: Events.slice(half) });
    }
    return {};
  };

  return {
    instance: ask("instance"),
    identify: ask("identify"),
    bucket: ask("bucket"),
    buckets: ask("buckets"),
    createBucket: ask("createBucket"),
    deleteBucket: ask("deleteBucket"),
    putBucketPolicy: ask("putBucketPolicy"),
    deleteBucketPolicy: ask("deleteBucketPolicy"),
    putPublicAccessBlock: ask("putPublicAccessBlock"),
    record,
    clock: following.clock,
    watch: following.watch,
    faults: following.faults,
    isAway: following.isAway,
    state: following.state,
    untilConnected: following.untilConnected,
    async close() {
      asking.close();
      polling.close();
      await following.close();
    },
  };
}
