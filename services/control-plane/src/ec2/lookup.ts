// Finding what an EC2 call is about, with EC2's own refusals for what is malformed or not there.
import type { AwsError } from "@rolemint/wire";
import { type Account, ec2Arn, type Instance, type InstanceProfile, networkOf, type World } from "@rolemint/world";
import { resourceTagContext } from "../tag-context.ts";

/** Terminated instances are shown for an hour, as EC2 does. */
const SHOWN_AFTER_END = 3_600_000;

export type FailInstance = (
  code: "InvalidInstanceID.Malformed" | "InvalidInstanceID.NotFound",
  text: string,
) => AwsError;

/** The instances of these ids, in their order; refuses the first malformed one, then all that are not there. */
export function instancesById(world: World, account: Account, ids: readonly string[], fail: FailInstance): Instance[] {
  const malformed = ids.find((id) => !/^i-(?:[0-9a-f]{8}|[0-9a-f]{17})$/.test(id));
  if (malformed !== undefined) throw fail("InvalidInstanceID.Malformed", `Invalid id: "${malformed}"`);
  const found = ids.map((id) => world.tables.instances.get(id));
  const missing = ids.filter((_, index) => !isShown(world, account, found[index]));
  if (missing.length === 0) return found as Instance[];
  const text =
    missing.length === 1
      ? `The instance ID '${missing[0]}' does not exist`
      : `The instance IDs '${missing.join(", ")}' do not exist`;
  throw fail("InvalidInstanceID.NotFound", text);
}

export function shownInstances(world: World, account: Account): Instance[] {
  return account.instances().filter((instance) => isShown(world, account, instance));
}

function isShown(world: World, account: Account, instance: Instance | undefined): boolean {
  if (!instance || instance.accountId !== account.id) return false;
  return instance.terminated === undefined || world.now() - instance.terminated < SHOWN_AFTER_END;
}

/** The condition key that every action of EC2 has. */
export function regionContext({ region }: World) {
  return { "ec2:region": region };
}

/** The ARN and the tags that a call on an instance is authorised with. */
export function instanceResource(world: World, account: Account, id: string) {
  const instance = world.tables.instances.get(id);
  const context: Record<string, string> = {
    ...regionContext(world),
    "ec2:instanceid": id,
    ...resourceTagContext("ec2", instance?.tags),
  };
  if (instance?.association) context["ec2:instanceprofile"] = instance.association.profileArn;
  if (instance) {
    context["ec2:availabilityzone"] = networkOf(world, instance).zone;
    context["ec2:tenancy"] = "default";
    context["ec2:instancemarkettype"] = "on-demand";
    context["ec2:instancetype"] = instance.instanceType;
    context["ec2:instancemetadatatags"] = instance.options.tags;
    context["ec2:metadatahttptokens"] = instance.options.tokens;
    context["ec2:metadatahttpendpoint"] = instance.options.endpoint;
    context["ec2:metadatahttpputresponsehoplimit"] = String(instance.options.hopLimit);
  }
  return { resource: ec2Arn(world.region, account.id, "instance", id), context };
}

export type FailProfile = (code: "InvalidParameterValue", text: string) => AwsError;

/** The profile that a specification names; one without a role is refused as well. */
export function profileBySpecification(
  account: Account,
  specification: { readonly Arn?: string | undefined; readonly Name?: string | undefined },
  fail: FailProfile,
): InstanceProfile {
  const { Arn, Name } = specification;
  const profile = findProfile(account, specification);
  if (!profile) {
    const [parameter, value, kind] = Name === undefined ? ["arn", Arn ?? "", "ARN"] : ["name", Name, "name"];
    const text = `Value (${value}) for parameter iamInstanceProfile.${parameter} is invalid. Invalid IAM Instance Profile ${kind}`;
    throw fail("InvalidParameterValue", text);
  }
  if (profile.roleName === undefined) {
    throw fail("InvalidParameterValue", `IAM Instance Profile "${profile.arn}" has no associated IAM Roles`);
  }
  return profile;
}

function findProfile(
  account: Account,
  specification: { readonly Arn?: string | undefined; readonly Name?: string | undefined },
): InstanceProfile | undefined {
  const { Arn, Name } = specification;
  const name = Name ?? Arn?.slice(Arn.lastIndexOf("/") + 1);
  const profile = name === undefined ? undefined : account.instanceProfiles.get(name);
  return Arn !== undefined && profile?.arn !== Arn ? undefined : profile;
}

type SpecificationInput = { readonly Arn?: string | undefined; readonly Name?: string | undefined };

/** The ARN of the profile that is handed over, by whichever of its names; of one that is not there, as it was given. */
export function profileContext(key: string, account: Account, specification: SpecificationInput | undefined) {
  const arn = specification && (findProfile(account, specification)?.arn ?? specification.Arn);
  return arn === undefined ? {} : { [key]: arn };
}

/** Handing a profile to EC2 means passing its role: what `iam:PassRole` is asked on. */
export function passRoleNeeds(
  account: Account,
  specification: { readonly Arn?: string | undefined; readonly Name?: string | undefined } | undefined,
  associatedArn: string,
) {
  const profile = specification && findProfile(account, specification);
  const role = profile?.roleName === undefined ? undefined : account.roles.get(profile.roleName);
  if (!role) return [];
  const context = {
    "iam:passedtoservice": "ec2.amazonaws.com",
    "iam:associatedresourcearn": associatedArn,
    ...resourceTagContext("iam", role.tags),
  };
  return [{ action: "iam:PassRole", resource: role.arn, context }];
}

/** The running instance that has this association; EC2's refusal when there is none. */
export function instanceByAssociation(
  world: World,
  account: Account,
  id: string,
  fail: (code: "InvalidAssociationID.NotFound", text: string) => AwsError,
): Instance {
  const instance = world.tables.instances.find("association_id", id).find((one) => one.accountId === account.id);
  if (!instance) throw fail("InvalidAssociationID.NotFound", `An invalid association-id of '${id}' was given`);
  return instance;
}
