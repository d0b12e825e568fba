import type { ControlAction } from "./action.ts";
import { ControlError } from "./action.ts";

/** Brings the world to a config that was checked already: `rolemint apply` reads and checks the file. */
export const ApplyConfig: ControlAction = {
  name: "ApplyConfig",
  members: { Config: "object" },
  async handle(input, { apply, acknowledged }) {
    const config = input["Config"] as object | undefined;
    if (config === undefined) throw new ControlError("InvalidInput", "Config is required");
    const outcome = await apply(config);
    if ("invalid" in outcome) throw new ControlError("InvalidInput", outcome.invalid);
    if ("problem" in outcome) throw new ControlError("Conflict", outcome.problem);
    await acknowledged();
    return { Left: outcome.left };
  },
};
