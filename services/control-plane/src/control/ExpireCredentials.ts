import { accountOf, liveKeys } from "@rolemint/world";
import { type ControlAction, ControlError, instanceNamed, text } from "./action.ts";

/** Refuses keys as expired from now on; metadata goes on showing them until the next rotation. */
export const ExpireCredentials: ControlAction = {
  name: "ExpireCredentials",
  members: { AccessKeyId: "string", Instance: "string" },
  async handle(input, { world, acknowledged }) {
    const [keyId, name] = [text(input, "AccessKeyId"), text(input, "Instance")];
    if ((keyId === undefined) === (name === undefined)) {
      throw new ControlError("InvalidInput", "give either AccessKeyId or Instance");
    }
    if (keyId !== undefined && !/^ASIA[A-Z2-7]{16}$/.test(keyId)) {
      throw new ControlError("InvalidInput", `${keyId} is not the id of a temporary key (ASIA and 16 characters)`);
    }
    if (keyId !== undefined && accountOf(keyId) !== world.accountId) {
      throw new ControlError("NotFound", `${keyId} was not issued in account ${world.accountId}`);
    }
    const keys = keyId === undefined ? liveKeys(world, instanceNamed(world, name!)) : [keyId];
    world.rotation.endKeys(keys, world.now());
    await acknowledged();
    return { AccessKeyIds: keys };
  },
};
