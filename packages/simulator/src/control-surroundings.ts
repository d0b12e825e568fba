// What the simulator lends the control API: the things that are more than a change of the world.
import type { EventBuffer } from "@rolemint/authority";
import { ApplyError, applyConfig, type Config } from "@rolemint/config";
import type { ControlSurroundings } from "@rolemint/control-plane";
import { seedBuckets } from "./buckets.ts";
import type { openFront } from "./front.ts";
import type { MetadataListeners } from "./metadata-listeners.ts";
import { resetWorld } from "./reset.ts";
import type { RotationClock } from "./rotation-clock.ts";
import type { SimulatorOptions } from "./simulator.ts";
import type { State } from "./state.ts";

export interface SurroundingParts {
  readonly options: SimulatorOptions;
  readonly state: State;
  readonly events: EventBuffer;
  readonly front: ReturnType<typeof openFront>;
  readonly listeners: MetadataListeners;
  readonly rotation: RotationClock;
  acknowledged(): Promise<void>;
}

export function controlSurroundings(parts: SurroundingParts): ControlSurroundings {
  const { options, state, events, front, listeners, rotation, acknowledged } = parts;
  const { world, backend } = state;
  let { config } = options;
  return {
    world,
    acknowledged,
    endpointOf: (id) => listeners.endpointOf(id),
    tick: () => rotation.tick(),
    flushEvents: async () => void (await Promise.all([events.flush(), front.flush()])),
    async reset() {
      await resetWorld(world, backend, config);
      await rotation.tick();
    },
    async apply(next) {
      const given = next as Config;
      try {
        await seedBuckets(world, backend, given);
        const { left } = applyConfig(world, given);
        config = given;
        await rotation.tick();
        return { left };
      } catch (error) {
        if (error instanceof ApplyError) return { problem: error.message };
        throw error;
      }
    },
    health: () => ({
      status: "ok",
      version: options.version,
      parts: { "control-plane": "ok", imds: "ok", "s3-authorizer": "ok" },
      dataPlanes: ["imds", "s3-authorizer"],
      eventsDropped: events.dropped + front.dropped(),
    }),
  };
}
