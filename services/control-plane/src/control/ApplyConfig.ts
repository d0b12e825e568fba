import type { ControlAction } from "./action.ts";
import { ControlError } from "./action.ts";

/** Brings the world to a config that was checked already: `rolemint apply` reads and checks the file. */
export const ApplyConfig: ControlAction = {
  name: "ApplyConfig",
  members: { Config: "object" },
  async handle(input, { world, apply, acknowledged }) {
    const config = input["Config"] as { account?: unknown; region?: unknown } | undefined;
    if (config === undefined) throw new ControlError("InvalidInput", "Config is required");
    if (config.account !== world.accountId || config.region !== world.region) {
      const text = `this world is account ${world.accountId} in ${world.region}; another needs another state`;
      throw new ControlError("Conflict", text);
    }
    const outcome = await apply(config);
    if ("problem" in outcome) throw new ControlError("Conflict", outcome.problem);
    await acknowledged();
    return { Left: outcome.left };
  },
};
