import { described, document, duration, list, required, string, struct, timestamp } from "@rolemint/wire";
import { putPreset } from "@rolemint/world";
import { controlAction } from "./action.ts";
import { carryOut, FaultView, faultView, refusing } from "./faults.ts";

export const PutPreset = controlAction({
  name: "PutPreset",
  says: "Plays an incident again: puts the faults of a preset, and moves the clock where it says so; all of it or nothing.",
  input: struct({
    Name: required(described(string(), "as ListFaults with All lists them: imds-outage-30m")),
    Target: required(
      described(string(), "an instance by name or id, role:NAME, or all; a move of the clock is everybody's"),
    ),
    Parameters: described(document(), "of its faults, over what the preset says"),
    For: described(duration(), "of world time, for its faults; default the preset's"),
  }),
  output: struct({
    Faults: required(described(list(FaultView), "in the order of their steps; none where it only moves the clock")),
    Time: required(described(timestamp(), "world time after it")),
  }),
  async handle({ Name: name, Target: target, Parameters: given = {}, For: lasts }, { world, tick, acknowledged }) {
    const faults = refusing(() => putPreset(world, { name, target, given, for: lasts }));
    await tick();
    await carryOut(faults, { world, acknowledged });
    return { Faults: faults.map((fault) => faultView(world, fault)), Time: world.now() };
  },
});
