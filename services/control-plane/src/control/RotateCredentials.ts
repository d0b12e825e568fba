import { nameOf } from "@rolemint/world";
import { type ControlAction, ControlError, instanceNamed, iso, requiredText } from "./action.ts";

/** Issues the next generation now. The one before lives to its own end. */
export const RotateCredentials: ControlAction = {
  name: "RotateCredentials",
  members: { Instance: "string" },
  async handle(input, { world, acknowledged }) {
    const instance = instanceNamed(world, requiredText(input, "Instance"));
    if (!instance.association) throw new ControlError("Conflict", `${nameOf(instance)} has no instance profile`);
    const generation = world.rotation.issueNow(instance);
    if (!generation) throw new ControlError("Conflict", `the instance profile of ${nameOf(instance)} has no role`);
    if (generation.code !== "Success") {
      throw new ControlError(
        "Conflict",
        `EC2 cannot assume the role ${generation.roleName}: its trust policy does not allow it`,
      );
    }
    await acknowledged();
    const keys = generation.keys.find((set) => set.delivery === "2.0");
    return { Generation: generation.number, AccessKeyId: keys?.accessKeyId, Expiration: iso(generation.stated) };
  },
};
