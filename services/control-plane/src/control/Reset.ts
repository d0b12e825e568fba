import { struct } from "@rolemint/wire";
import { controlAction } from "./action.ts";

export const Reset = controlAction({
  name: "Reset",
  says: "Back to the config: the operator's key, the token, and the config's instance ids and ports stay; roles get new ids.",
  input: struct({}),
  output: struct({}),
  async handle(_, { reset, acknowledged }) {
    await reset();
    await acknowledged();
    return {};
  },
});
