// What the simulator lends the control API: the things that are more than a change of the world.
import { ApplyError, type Config } from "@rolemint/config";
import type { ControlSurroundings } from "@rolemint/control-plane";
import { applyWithObjects } from "./buckets.ts";
import { resetWorld } from "./reset.ts";
import type { RotationClock } from "./rotation-clock.ts";
import type { State } from "./state.ts";

export interface SurroundingParts {
  /** What the world was brought to at start. */
  readonly config: Config;
  readonly state: State;
  readonly rotation: RotationClock;
  acknowledged(): Promise<void>;
  endpointOf(instanceId: string): string | undefined;
  flushEvents(): Promise<void>;
  health(): object;
}

export function controlSurroundings(parts: SurroundingParts): ControlSurroundings {
  const { state, rotation, acknowledged, endpointOf, flushEvents, health } = parts;
  const { world, backend } = state;
  let { config } = parts;
  return {
    world,
    acknowledged,
    endpointOf,
    flushEvents,
    health,
    tick: () => rotation.tick(),
    async reset() {
      await resetWorld(world, backend, config);
      await rotation.tick();
    },
    async apply(next) {
      const { configProblem } = await import("@rolemint/config/applicable");
      const invalid = configProblem(next);
      if (invalid !== undefined) return { invalid };
      const given = next as Config;
      if (given.clock.strict !== world.strictClock) {
        return { problem: "clock.strict counts from a start on: end rolemint (its control plane) and start it again" };
      }
      if (storeOf(given) !== storeOf(parts.config)) {
        return { problem: "s3 counts from a start on: end rolemint (its control plane) and start it again" };
      }
      try {
        const { left } = await applyWithObjects(world, backend, given);
        config = given;
        await rotation.tick();
        return { left };
      } catch (error) {
        if (error instanceof ApplyError) return { problem: error.message };
        throw error;
      }
    },
  };
}

/** Where objects are kept; the keys to it may come by the environment. */
function storeOf({ s3 }: Config): string {
  return s3.backend === "builtin" ? s3.backend : s3.endpoint;
}
