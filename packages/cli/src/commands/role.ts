// `rolemint role swap`, `detach`, `attach`: an instance's role, changed by EC2's own API as an operator would.
// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/attach-iam-role.html
import { childText } from "@rolemint/wire/xml";
import { type AwsApis, AwsRefusal, awsApis, descendants, membersOf } from "../aws-call.ts";
import { CliError } from "../exit.ts";
import { type OutputFlags, outputFor, visible } from "../output.ts";
import { findRunning, type ListedInstance, listedInstance, type WhereFlags } from "../running.ts";

type Flags = WhereFlags & OutputFlags;

export async function swapRole(named: string, roleNamed: string, flags: Flags): Promise<void> {
  const { apis, instance, association } = await situation(named, flags);
  const { Name } = instance;
  if (association === undefined) {
    throw new CliError(
      "refused",
      `${visible(Name)} has no role to swap; say \`rolemint role attach ${Name} ${roleNamed}\``,
    );
  }
  const { role, profile } = await profileFor(apis, roleNamed);
  await apis.call("ec2", "ReplaceIamInstanceProfileAssociation", {
    AssociationId: association,
    "IamInstanceProfile.Name": profile,
  });
  outputFor(flags).result(
    `${visible(Name)} has the role ${role} now; keys of the one before stay good to their own expiry`,
    { version: 1, instance: Name, role, instanceProfile: profile },
  );
}

export async function attachRole(named: string, roleNamed: string, flags: Flags): Promise<void> {
  const { apis, instance, association } = await situation(named, flags);
  const { Name, InstanceId } = instance;
  if (association !== undefined) {
    throw new CliError(
      "refused",
      `${visible(Name)} has a role already; say \`rolemint role swap ${Name} ${roleNamed}\``,
    );
  }
  const { role, profile } = await profileFor(apis, roleNamed);
  await apis.call("ec2", "AssociateIamInstanceProfile", { InstanceId, "IamInstanceProfile.Name": profile });
  outputFor(flags).result(`${visible(Name)} has the role ${role} now`, {
    version: 1,
    instance: Name,
    role,
    instanceProfile: profile,
  });
}

export async function detachRole(named: string, flags: Flags): Promise<void> {
  const { apis, instance, association } = await situation(named, flags);
  const { Name } = instance;
  if (association === undefined) {
    throw new CliError("refused", `${visible(Name)} has no role; give it one with \`rolemint role attach\``);
  }
  await apis.call("ec2", "DisassociateIamInstanceProfile", { AssociationId: association });
  outputFor(flags).result(`${visible(Name)} has no role now; its old keys stay good to their own expiry`, {
    version: 1,
    instance: Name,
  });
}

interface Situation {
  readonly apis: AwsApis;
  readonly instance: ListedInstance;
  /** The id of the association with its instance profile. */
  readonly association: string | undefined;
}

async function situation(named: string, flags: Flags): Promise<Situation> {
  const ready = findRunning(flags);
  const instance = await listedInstance(ready, named);
  const apis = await awsApis(ready);
  const answer = await apis.call("ec2", "DescribeIamInstanceProfileAssociations", {
    "Filter.1.Name": "instance-id",
    "Filter.1.Value.1": instance.InstanceId,
  });
  return { apis, instance, association: descendants(answer, "associationId")[0]?.text };
}

interface Found {
  /** As it is written, which IAM does not ask of the one who names it. */
  readonly role: string;
  readonly profile: string;
}

/** The instance profile of the role's name; made if it is not there, as the console does with a role for EC2. */
async function profileFor(apis: AwsApis, roleNamed: string): Promise<Found> {
  const role = descendants(await apis.call("iam", "GetRole", { RoleName: roleNamed }), "RoleName")[0]!.text;
  const profile = { InstanceProfileName: role };
  const holds = await apis.call("iam", "GetInstanceProfile", profile).catch((error: unknown) => {
    if (error instanceof AwsRefusal && error.code === "NoSuchEntity") return undefined;
    throw error;
  });
  const [inside] = holds ? membersOf(holds, "Roles") : [];
  const other = inside && childText(inside, "RoleName");
  if (other !== undefined && other !== role) {
    const next = "free it with the AWS API, or give that role instead";
    throw new CliError("refused", `the instance profile ${role} holds another role, ${other}; ${next}`);
  }
  if (!holds) await apis.call("iam", "CreateInstanceProfile", profile);
  if (other === undefined) await apis.call("iam", "AddRoleToInstanceProfile", { ...profile, RoleName: role });
  return { role, profile: role };
}
