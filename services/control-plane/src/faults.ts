// Faults at the APIs: what becomes of a call whose signature is good.
import type { Principal } from "@rolemint/authority";
import type { CallDeed, Injector } from "@rolemint/faults";
import { pause } from "@rolemint/host/schedule";
import { AwsError, internalFailure } from "@rolemint/wire";
import type { IncomingCall, Service } from "./service.ts";

export interface MetCall {
  readonly service: Service;
  readonly call: IncomingCall;
  readonly operation: string;
  readonly principal: Principal | undefined;
  readonly requestId: string;
  readonly now: number;
}

/** Throws what the faults that act on this call make of it. Only sessions of roles meet any. */
export async function meetFaults(injector: Injector, met: MetCall): Promise<void> {
  const { service, call, operation, principal, requestId, now } = met;
  if (principal?.Type !== "AssumedRole") return;
  const asked = {
    service: service.name,
    operation,
    principal,
    isExpired: false,
    isPresigned: false,
    ageMs: 0,
    path: call.target,
    parameter: () => undefined,
    now,
  };
  for (const deed of injector.call(asked, requestId)) await suffer(deed, service);
}

async function suffer(deed: CallDeed, service: Service): Promise<void> {
  switch (deed.do) {
    case "hang":
      return pause(deed.ms);
    case "refuse":
    case "refuse-late":
      throw service.unauthenticated({ kind: deed.as });
    case "fail":
      throw failure(deed.code);
  }
}

/** https://docs.aws.amazon.com/STS/latest/APIReference/CommonErrors.html */
function failure(code: Extract<CallDeed, { do: "fail" }>["code"]): AwsError {
  switch (code) {
    case "InternalFailure":
      return internalFailure();
    case "ServiceUnavailable":
      return new AwsError(
        "ServiceUnavailable",
        503,
        "The request has failed due to a temporary failure of the server.",
      );
    case "SlowDown":
    case "Throttling":
      return new AwsError("Throttling", 400, "Rate exceeded");
  }
}
