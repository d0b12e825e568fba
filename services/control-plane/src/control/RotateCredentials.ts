import { integer, required, string, struct, timestamp } from "@rolemint/wire";
import { nameOf } from "@rolemint/world";
import { ControlError, controlAction, InstanceName, instanceNamed } from "./action.ts";

export const RotateCredentials = controlAction({
  name: "RotateCredentials",
  says: "Issues the next generation, and answers once metadata shows it; the generation before lives to its own end.",
  input: struct({ Instance: required(InstanceName) }),
  output: struct({
    Generation: required(integer()),
    AccessKeyId: required(string()),
    Expiration: required(timestamp()),
  }),
  async handle(input, { world, acknowledged }) {
    const instance = instanceNamed(world, input.Instance);
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
    const keys = generation.keys.find((set) => set.delivery === "2.0")!;
    return { Generation: generation.number, AccessKeyId: keys.accessKeyId, Expiration: generation.stated };
  },
});
