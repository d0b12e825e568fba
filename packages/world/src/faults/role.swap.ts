// The instance has another role, at once or after a gap without any, and the former one again at the end. The former
// role's keys live to their own end, unless they are revoked.
// https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ReplaceIamInstanceProfileAssociation.html
import { addInstanceProfile, nameOf, profileOf } from "../instances.ts";
import type { Fault, Instance, InstanceProfile } from "../rows.ts";
import type { World } from "../world.ts";
import { recordCall } from "./as-operator.ts";
import { type Acting, worldKind } from "./kind.ts";
import {
  freeInstances,
  give,
  giveBack,
  leftAsItWas,
  type Taken,
  type TakenProfiles,
  takeAway,
  takenFrom,
} from "./profiles.ts";
import { targetRoles } from "./request.ts";
import { type Revoked, revoke, revokingProblem, takeBack } from "./revoking.ts";

interface Kept extends TakenProfiles {
  /** The profile of the other role. */
  readonly profileId: string;
  /** It was made for this. */
  readonly isMade: boolean;
  /** The gap is still to end. */
  readonly isOpen: boolean;
  readonly revoked: readonly Revoked[];
}

export const roleSwap = worldKind({
  name: "role.swap",
  row: "RO1",
  says: "the instance has another role, and then the former one again",
  channel: "world",
  place: "instance.profile",
  acts: "while",
  parameters: {
    Role: {
      type: "text",
      pattern: /^[\w+=,.@-]{1,64}$/,
      wanted: "the name of a role",
      isNeeded: true,
      says: "the other role",
    },
    Gap: { type: "duration", fallback: 0, says: "how long the instance has no role in between" },
    Revoke: { type: "flag", fallback: false, says: "whether the former role's sessions are revoked" },
  },
  problem(acting) {
    const { world, fault, given } = acting;
    const other = world.account(world.accountId).roles.get(given.Role);
    if (!other) return `there is no role ${given.Role}`;
    const former = targetRoles(world, fault.target).filter(({ id }) => id !== other.id);
    return given.Revoke ? revokingProblem(acting, former) : undefined;
  },
  begin(acting): Kept {
    const { world, given } = acting;
    const { profile, isMade } = profileWith(world, given.Role);
    const profiles: Record<string, Taken> = {};
    const former = new Set<string>();
    for (const instance of freeInstances(acting).filter((one) => maySwap(acting, one, profile))) {
      const roleName = profileOf(world, instance)?.roleName;
      if (roleName !== undefined) former.add(roleName);
      const left = given.Gap > 0 ? takeAway(world, instance) : give(world, instance, profile);
      profiles[instance.id] = takenFrom(instance, left);
    }
    const revoked = given.Revoke ? [...former].flatMap((name) => revokedRole(world, name)) : [];
    return { profiles, profileId: profile.id, isMade, isOpen: given.Gap > 0, revoked };
  },
  wakes: ({ fault, given: { Gap } }, { isOpen }: Kept) => (isOpen ? fault.begins + Gap : undefined),
  wake(acting, kept: Kept): Kept {
    const { world } = acting;
    const [profile] = world.tables.instanceProfiles.find("id", kept.profileId);
    const profiles: Record<string, Taken> = { ...kept.profiles };
    for (const [id, taken] of Object.entries(kept.profiles)) {
      const instance = profile && leftAsItWas(acting, id, taken);
      if (instance) profiles[id] = { ...taken, association: give(world, instance, profile).association?.id };
    }
    return { ...kept, profiles, isOpen: false };
  },
  end(acting, kept: Kept) {
    giveBack(acting, kept);
    for (const one of kept.revoked) takeBack(acting, one);
    if (kept.isMade) unmake(acting.world, kept.profileId);
  },
});

/** Another swap that gives the same profile, or is yet to. */
function otherSwapWith(world: World, profileId: string): Fault | undefined {
  return world.faults
    .list()
    .find(({ name, kept = {} }) => name === "role.swap" && (kept as Kept).profileId === profileId);
}

function maySwap({ given, tell }: Acting, instance: Instance, profile: InstanceProfile): boolean {
  const { Role } = given as { readonly Role?: string };
  if (instance.association && instance.association.profileId !== profile.id) return true;
  tell(`${nameOf(instance)} has ${instance.association ? `the role ${Role} already` : "no profile to be replaced"}`);
  return false;
}

function revokedRole(world: World, name: string): Revoked[] {
  const role = world.account(world.accountId).roles.get(name);
  return role ? [revoke(world, role, world.now())] : [];
}

/** A profile that holds the role: the one of its name before others; made, as the console does, where there is none. */
function profileWith(world: World, roleName: string): { readonly profile: InstanceProfile; readonly isMade: boolean } {
  const { instanceProfiles, roles } = world.account(world.accountId);
  const role = roles.get(roleName)!.name;
  const holding = instanceProfiles.list().filter((profile) => profile.roleName === role);
  const there = holding.find(({ name }) => name === role) ?? holding[0];
  if (there) return { profile: there, isMade: false };
  const name = instanceProfiles.get(role) ? `${role}-${world.ids.hex17("")}` : role;
  const profile = addInstanceProfile(world, { accountId: world.accountId, name, roleName: role });
  recordCall(world, "iam", "CreateInstanceProfile", { instanceProfileName: name });
  recordCall(world, "iam", "AddRoleToInstanceProfile", { instanceProfileName: name, roleName: role });
  return { profile, isMade: true };
}

/** Unless somebody uses it by now. What another swap gives is that one's to take away. */
function unmake(world: World, id: string): void {
  const [profile] = world.tables.instanceProfiles.find("id", id);
  const other = otherSwapWith(world, id);
  if (other) {
    world.tables.faults.put({ ...other, kept: { ...other.kept, isMade: true } });
    return world.faults.reread();
  }
  if (!profile || world.tables.instances.find("profile_id", id).length > 0) return;
  const { name: instanceProfileName, roleName } = profile;
  world.tables.instanceProfiles.remove(profile);
  if (roleName !== undefined)
    recordCall(world, "iam", "RemoveRoleFromInstanceProfile", { instanceProfileName, roleName });
  recordCall(world, "iam", "DeleteInstanceProfile", { instanceProfileName });
}
