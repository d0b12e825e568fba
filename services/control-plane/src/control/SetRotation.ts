import { PROFILES, type ProfileName, type Schedule, scheduleProblem } from "@rolemint/world";
import { type ControlAction, ControlError, type ControlInput, duration, instanceNamed, text } from "./action.ts";
import { scheduleView } from "./schedules.ts";

/** The schedule of one instance, or of all that have none of their own. What is issued keeps its expiry. */
export const SetRotation: ControlAction = {
  name: "SetRotation",
  members: {
    Instance: "string",
    Profile: "string",
    Lifetime: "string",
    RenewEvery: "string",
    Overlap: "string",
    Jitter: "string",
  },
  async handle(input, { world, tick, acknowledged }) {
    const name = text(input, "Instance");
    const instance = name === undefined ? undefined : instanceNamed(world, name);
    const schedule = scheduleOf(input);
    const problem = scheduleProblem(schedule) ?? excess(schedule);
    if (problem) throw new ControlError("InvalidInput", problem);
    world.rotation.setSchedule(schedule, instance);
    await tick();
    await acknowledged();
    return scheduleView(schedule);
  },
};

/** As long as the longest lifetime. */
const LONGEST_MS = 8760 * 3_600_000;

function excess({ overlap = 0, jitter = 0 }: Schedule): string | undefined {
  if (overlap > LONGEST_MS) return "an overlap is at most 8760h";
  return jitter > LONGEST_MS ? "a jitter is at most 8760h" : undefined;
}

function scheduleOf(input: ControlInput): Schedule {
  const profile = text(input, "Profile");
  const lifetime = duration(input, "Lifetime");
  const renewEvery = duration(input, "RenewEvery");
  const overlap = duration(input, "Overlap");
  const jitter = duration(input, "Jitter");
  if (profile !== undefined) {
    if ([lifetime, renewEvery, overlap, jitter].some((part) => part !== undefined)) {
      throw new ControlError("InvalidInput", "give either Profile or Lifetime and RenewEvery");
    }
    if (!Object.hasOwn(PROFILES, profile)) {
      const known = Object.keys(PROFILES).join(", ");
      throw new ControlError("InvalidInput", `there is no rotation profile ${profile}; there are ${known}`);
    }
    return PROFILES[profile as ProfileName];
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
