// The instance loses its profile, and has the same again at the end: its role list is 404 between.
// https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DisassociateIamInstanceProfile.html
import { nameOf } from "../instances.ts";
import { worldKind } from "./kind.ts";
import { freeInstances, giveBack, type Taken, type TakenProfiles, takeAway, takenFrom } from "./profiles.ts";

export const roleDetach = worldKind({
  name: "role.detach",
  row: "RO2",
  says: "the instance has no profile, and then the same again",
  channel: "world",
  place: "instance.profile",
  acts: "while",
  parameters: {},
  begin(acting): TakenProfiles {
    const { world, tell } = acting;
    const profiles: Record<string, Taken> = {};
    for (const instance of freeInstances(acting)) {
      if (!instance.association) tell(`${nameOf(instance)} has no profile`);
      else profiles[instance.id] = takenFrom(instance, takeAway(world, instance));
    }
    return { profiles };
  },
  end: (acting, kept: TakenProfiles) => giveBack(acting, kept),
});
