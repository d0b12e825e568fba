// https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_TerminateInstances.html
import { boolean, list, named, required, struct } from "@rolemint/wire";
import { terminate } from "@rolemint/world";
import { action } from "./action.ts";
import { instanceResource, instancesById } from "./lookup.ts";
import { DryRun, InstanceIds, StateChange } from "./shapes.ts";
import { SHUTTING_DOWN, stateOf, TERMINATED } from "./views.ts";

export const TerminateInstances = action({
  name: "TerminateInstances",
  input: struct({
    InstanceIds: { ...required(InstanceIds), sent: "InstanceId" },
    /** Accepted: nothing here could hold a termination up. */
    Force: boolean(),
    SkipOsShutdown: boolean(),
    DryRun,
  }),
  output: struct({ TerminatingInstances: named(list(StateChange), { answered: "instancesSet" }) }),
  errors: ["InvalidInstanceID.Malformed", "InvalidInstanceID.NotFound"],
  needs: ({ world, account, input }) =>
    input.InstanceIds.map((id) => ({ action: "ec2:TerminateInstances", ...instanceResource(world, account, id) })),
  handle({ world, account, input, fail }) {
    const changes = instancesById(world, account, input.InstanceIds, fail).map((instance) => {
      const before = stateOf(instance);
      world.rotation.unschedule(terminate(world, instance));
      const CurrentState = before === TERMINATED ? TERMINATED : SHUTTING_DOWN;
      return { InstanceId: instance.id, CurrentState, PreviousState: before };
    });
    return { TerminatingInstances: changes };
  },
});
