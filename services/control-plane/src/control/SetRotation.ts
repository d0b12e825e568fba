import { described, duration, oneOf, struct, type ValueOf } from "@rolemint/wire";
import { PROFILES, type Schedule, scheduleProblem } from "@rolemint/world";
import { ControlError, controlAction, InstanceName, instanceNamed } from "./action.ts";
import { PROFILE_NAMES, ScheduleView, scheduleView } from "./schedules.ts";

const Input = struct({
  Instance: InstanceName,
  Profile: described(oneOf(...PROFILE_NAMES), "either this, or Lifetime and RenewEvery"),
  Lifetime: duration(),
  RenewEvery: duration(),
  Overlap: described(duration(), "how long after its successor a generation ends"),
  Jitter: described(duration(), "up to so much is added to the lifetime, drawn per generation"),
});

export const SetRotation = controlAction({
  name: "SetRotation",
  says:
    "Sets the schedule of one instance, or of all that have none of their own; what is issued keeps its expiry. Answers " +
    "the schedule in force.",
  input: Input,
  output: ScheduleView,
  async handle(input, { world, tick, acknowledged }) {
    const instance = input.Instance === undefined ? undefined : instanceNamed(world, input.Instance);
    const schedule = scheduleOf(input);
    const problem = scheduleProblem(schedule) ?? excess(schedule);
    if (problem) throw new ControlError("InvalidInput", problem);
    world.rotation.setSchedule(schedule, instance);
    await tick();
    await acknowledged();
    return scheduleView(schedule);
  },
});

/** As long as the longest lifetime. */
const LONGEST_MS = 8760 * 3_600_000;

function excess({ overlap = 0, jitter = 0 }: Schedule): string | undefined {
  if (overlap > LONGEST_MS) return "an overlap is at most 8760h";
  return jitter > LONGEST_MS ? "a jitter is at most 8760h" : undefined;
}

function scheduleOf(input: ValueOf<typeof Input>): Schedule {
  const { Profile: profile, Lifetime: lifetime, RenewEvery: renewEvery, Overlap: overlap, Jitter: jitter } = input;
  if (profile !== undefined) {
    if ([lifetime, renewEvery, overlap, jitter].some((part) => part !== undefined)) {
      throw new ControlError("InvalidInput", "give either Profile or Lifetime and RenewEvery");
    }
    return PROFILES[profile];
  }
  if (lifetime === undefined || renewEvery === undefined) {
    throw new ControlError("InvalidInput", "give Profile, or Lifetime and RenewEvery");
  }
  return {
    lifetime,
    renewEvery,
    ...(overlap !== undefined && { overlap }),
    ...(jitter !== undefined && { jitter }),
  };
}
