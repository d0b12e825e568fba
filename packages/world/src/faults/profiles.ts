// What the faults do that take an instance's profile: taking it, putting another in its place, and giving the former
// one back at their end, each with EC2's own record of the call that does so on AWS.
// https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ReplaceIamInstanceProfileAssociation.html
import { attachProfile, detachProfile, nameOf } from "../instances.ts";
import type { Instance, InstanceProfile } from "../rows.ts";
import type { World } from "../world.ts";
import { associationElements, recordCall } from "./as-operator.ts";
import type { Acting } from "./kind.ts";

/** What an instance had, and the association that the fault left it with. */
export interface Taken {
  readonly profileId: string;
  readonly profileArn: string;
  readonly association?: string | undefined;
}

/** By instance id; `heldProfile` of the book looks for this member. */
export interface TakenProfiles {
  readonly profiles: Readonly<Record<string, Taken>>;
}

/**
 * Its instances, without those that came to its target after it was put and whose profile another fault has to give
 * back. Each giving back what it found, the last to end would leave what the other had given.
 */
export function freeInstances({ world, instances, tell }: Acting): Instance[] {
  return instances.filter((instance) => {
    const isHeld = world.faults.heldProfile(instance) !== undefined;
    if (isHeld) tell(`another fault has the profile of ${nameOf(instance)}, which is left alone`);
    return !isHeld;
  });
}

export function takenFrom({ association }: Instance, left?: Instance): Taken {
  const { profileId, profileArn } = association!;
  return { profileId, profileArn, association: left?.association?.id };
}

export function takeAway(world: World, instance: Instance): Instance {
  const parameters = { associationId: instance.association!.id };
  const bare = detachProfile(world, instance);
  recordCall(
    world,
    "ec2",
    "DisassociateIamInstanceProfile",
    parameters,
    associationElements(instance, "disassociating"),
  );
  return bare;
}

/** In the place of any profile that it has. */
export function give(world: World, instance: Instance, profile: InstanceProfile): Instance {
  const iamInstanceProfile = { arn: profile.arn };
  const { association, id: instanceId } = instance;
  const given = attachProfile(world, instance, profile);
  const [name, of] = association
    ? ["ReplaceIamInstanceProfileAssociation", { associationId: association.id }]
    : ["AssociateIamInstanceProfile", { instanceId }];
  recordCall(world, "ec2", name!, { iamInstanceProfile, ...(of as object) }, associationElements(given, "associating"));
  return given;
}

/** The instance as the fault left it, or undefined with a word on why it is left alone. */
export function leftAsItWas({ world, tell }: Acting, id: string, taken: Taken): Instance | undefined {
  const instance = world.tables.instances.get(id);
  if (instance?.state !== "running") {
    tell(`the instance ${id} is gone`);
    return undefined;
  }
  if (instance.association?.id === taken.association) return instance;
  tell(`${nameOf(instance)} was given another profile meanwhile, which stays`);
  return undefined;
}

/** Gives every instance the profile back that it had. */
export function giveBack(acting: Acting, { profiles }: TakenProfiles): void {
  const { world, tell } = acting;
  for (const [id, taken] of Object.entries(profiles)) {
    const instance = leftAsItWas(acting, id, taken);
    if (!instance) continue;
    const [profile] = world.tables.instanceProfiles.find("id", taken.profileId);
    if (profile) give(world, instance, profile);
    else tell(`the instance profile ${taken.profileArn} of ${nameOf(instance)} is gone`);
  }
}
