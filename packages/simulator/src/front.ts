// The front: one address for S3 and every AWS API. The gate is loaded with its first connection, or soon after the
// start; the control plane with its first request.
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Authority, AuthorityCache, EventBuffer } from "@rolemint/authority";
import type { Caller } from "@rolemint/caller";
import type { Plane } from "@rolemint/control-plane";
import { openInjector } from "@rolemint/faults";
import { hostClock, hostEntropy, lazyServer, streamOf } from "@rolemint/host";
import type { Log } from "@rolemint/host/log";
import { wakeUp } from "@rolemint/host/schedule";
import type { createGate } from "@rolemint/s3-authorizer";
import type { SimulatorOptions } from "./simulator.ts";
import type { State } from "./state.ts";

export interface FrontParts {
  readonly options: SimulatorOptions;
  readonly state: State;
  readonly authority: Authority;
  readonly cache: AuthorityCache<Caller | undefined>;
  readonly events: EventBuffer;
  readonly log: Log;
  acknowledged(): Promise<void>;
}

/** How long after the start the gate is loaded when nobody has asked for it. */
const WARM_AFTER_MS = 300;

export function openFront({ options, state, authority, cache, events, log, acknowledged }: FrontParts) {
  const { clock = hostClock, config } = options;
  const entropy = streamOf(options.entropy ?? hostEntropy, "s3");
  const { world, backend } = state;
  const unexpected = (error: unknown, requestId: string) => log.error({ err: error, requestId }, "unexpected error");
  const failed = (error: unknown) => log.error({ err: error }, "a part could not be loaded");
  const injector = openInjector(authority, (event) => {
    authority.record({ Events: [event] }).catch((error) => unexpected(error, event.RequestId ?? ""));
  });
  const controlPlane = lazyApp({ world, callers: cache, injector, acknowledged, unexpected }, failed);
  let gate: ReturnType<typeof createGate> | undefined;
  const lazy = lazyServer(async () => {
    const s3 = await import("@rolemint/s3-authorizer");
    const { region } = config;
    gate = s3.createGate({ authority, backend, region, clock, entropy, events, log, controlPlane });
    return gate.server;
  }, failed);
  const warming = wakeUp(() => void lazy.warm());
  return {
    server: lazy.server,
    warmSoon: () => warming.at(WARM_AFTER_MS),
    async close() {
      warming.stop();
      await gate?.close();
    },
  };
}

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

function lazyApp(plane: Plane, failed: (error: unknown) => void): Handler {
  let loading: Promise<Handler> | undefined;
  return (request, response) => {
    loading ??= import("@rolemint/control-plane").then(({ awsApp }) => awsApp(plane));
    loading.then(
      (app) => app(request, response),
      (error: unknown) => {
        failed(error);
        response.destroy();
      },
    );
  };
}
