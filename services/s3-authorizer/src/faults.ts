// Faults at the gate: what becomes of a call whose signature is good, or whose token is refused as expired.
import type { CallDeed } from "@rolemint/faults";
import { pause } from "@rolemint/host/schedule";
import { AwsError } from "@rolemint/wire";
import { authenticate, type Claimant } from "./authenticate.ts";
import { wordVerdict } from "./authentication-errors.ts";
import type { Call, Query } from "./call.ts";
import { type S3Code, s3Error } from "./errors.ts";
import type { Gate, Signature } from "./gate.ts";

/** As `authenticate`, under the faults that act on this call. Nobody's and the operator's calls meet none. */
export async function authenticateUnderFaults(
  gate: Gate,
  call: Call,
  claimant: Claimant,
  operation: string,
  query: Query,
): Promise<Signature> {
  try {
    const signature = await authenticate(gate, call, claimant);
    for (const deed of deedsOf(gate, call, claimant, { operation, query, signature })) {
      await suffer(deed, call, signature);
    }
    return signature;
  } catch (error) {
    const isExpired = error instanceof AwsError && error.code === "ExpiredToken";
    // Those whose fault it is have met it.
    if (!isExpired || claimant.verdict !== "token-expired") throw error;
    for (const deed of deedsOf(gate, call, claimant, { operation, query })) {
      if (deed.do !== "hang") continue;
      // Behind an unread body the end of the connection would not be seen.
      void swallow(call);
      await pause(deed.ms, call.gone());
    }
    throw error;
  }
}

interface Met {
  readonly operation: string;
  readonly query: Query;
  /** Absent: the token is expired. */
  readonly signature?: Signature;
}

function deedsOf(gate: Gate, call: Call, { principal }: Claimant, met: Met): CallDeed[] {
  if (principal?.Type !== "AssumedRole") return [];
  const { operation, query, signature } = met;
  return gate.injector.call(
    {
      service: "s3",
      operation,
      principal,
      isExpired: signature === undefined,
      isPresigned: signature?.claim?.kind === "query",
      ageMs: signature?.ageMs ?? 0,
      path: call.target,
      parameter: (name) => query.get(name),
      now: gate.authority.clock().now,
    },
    call.requestId,
  );
}

const CODES = {
  SlowDown: "SlowDown",
  Throttling: "SlowDown",
  ServiceUnavailable: "ServiceUnavailable",
  InternalFailure: "InternalError",
} satisfies Record<Extract<CallDeed, { do: "fail" }>["code"], S3Code>;

async function suffer(deed: CallDeed, call: Call, { claim }: Signature): Promise<void> {
  switch (deed.do) {
    case "hang":
      return pause(deed.ms, call.gone());
    case "fail":
      throw s3Error(CODES[deed.code]);
    case "refuse":
      throw wordVerdict(deed.as, claim!);
    case "refuse-late":
      await swallow(call);
      throw wordVerdict(deed.as, claim!);
  }
}

/** Reads the body to its end, or to the client's; nothing of it is kept. */
async function swallow(call: Call): Promise<void> {
  try {
    for await (const _ of call.body.read()) {
      // Not looked at.
    }
  } catch {
    // The client went away.
  }
}
