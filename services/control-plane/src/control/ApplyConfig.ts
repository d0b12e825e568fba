import { described, document, list, required, string, struct } from "@rolemint/wire";
import { ControlError, controlAction } from "./action.ts";

/** The config was checked already: `rolemint apply` reads and checks the file. */
export const ApplyConfig = controlAction({
  name: "ApplyConfig",
  says: "Brings the world to a config; `rolemint apply` calls it after it has read and checked the file.",
  input: struct({ Config: required(described(document(), "what the file says, as JSON")) }),
  output: struct({ Left: required(described(list(string()), "what an earlier config made and this one leaves out")) }),
  async handle({ Config }, { apply, acknowledged }) {
    const outcome = await apply(Config);
    if ("invalid" in outcome) throw new ControlError("InvalidInput", outcome.invalid);
    if ("problem" in outcome) throw new ControlError("Conflict", outcome.problem);
    await acknowledged();
    return { Left: [...outcome.left] };
  },
});
