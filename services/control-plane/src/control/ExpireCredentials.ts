import { described, list, required, string, struct } from "@rolemint/wire";
import { accountOf } from "@rolemint/world";
import { ControlError, controlAction, InstanceName, instanceNamed } from "./action.ts";

export const ExpireCredentials = controlAction({
  name: "ExpireCredentials",
  says:
    "Refuses a key, or every live key of an instance, as expired from now on; metadata goes on showing them until the " +
    "next rotation.",
  input: struct({
    AccessKeyId: described(string(), "the id of a temporary key; either this or Instance"),
    Instance: InstanceName,
  }),
  output: struct({ AccessKeyIds: required(described(list(string()), "the keys that are refused now")) }),
  async handle({ AccessKeyId: keyId, Instance: name }, { world, acknowledged }) {
    if ((keyId === undefined) === (name === undefined)) {
      throw new ControlError("InvalidInput", "give either AccessKeyId or Instance");
    }
    if (keyId !== undefined && !/^ASIA[A-Z2-7]{16}$/.test(keyId)) {
      throw new ControlError("InvalidInput", `${keyId} is not the id of a temporary key (ASIA and 16 characters)`);
    }
    if (keyId !== undefined && accountOf(keyId) !== world.accountId) {
      throw new ControlError("NotFound", `${keyId} was not issued in account ${world.accountId}`);
    }
    const now = world.now();
    if (keyId !== undefined) world.rotation.endKeys([keyId], now);
    const ended = keyId === undefined ? world.rotation.endAll(instanceNamed(world, name!), now) : [keyId];
    await acknowledged();
    return { AccessKeyIds: ended };
  },
});
