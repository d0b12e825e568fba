import type { ControlAction } from "./action.ts";

/** Back to the config. The operator's key, the token, and the config's instance ids and ports stay. */
export const Reset: ControlAction = {
  name: "Reset",
  members: {},
  async handle(_, { reset, acknowledged }) {
    await reset();
    await acknowledged();
    return {};
  },
};
