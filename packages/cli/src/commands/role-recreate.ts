// `rolemint role recreate`: a role deleted and made anew as it was. Its unique id is another then, so every session of
// the old one is refused, as on AWS. All that it is and has is written down before anything is taken away, and kept
// until the new one has all of it: what fails half-way or is killed is gone on with by the same command.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html#principal-roles
import { closeSync, existsSync, fsyncSync, openSync, readFileSync, renameSync, rmSync, writeSync } from "node:fs";
import { dirname, join } from "node:path";
import { childText, type XmlElement } from "@rolemint/wire/xml";
import { type AwsApis, AwsRefusal, awsApis, descendants, membersOf, type Parameters } from "../aws-call.ts";
import { CliError, EXIT } from "../exit.ts";
import { type OutputFlags, outputFor, visible } from "../output.ts";
import { findRunning, readyPath, type WhereFlags } from "../running.ts";

/** A role with all that hangs on it. Documents are the JSON texts that they were put with. */
interface WholeRole {
  readonly name: string;
  readonly id: string;
  readonly trust: string;
  readonly path: string;
  readonly description?: string;
  readonly maxSessionSeconds?: string;
  readonly boundary?: string;
  readonly tags: readonly { readonly key: string; readonly value: string }[];
  readonly inline: Readonly<Record<string, string>>;
  readonly attached: readonly string[];
  readonly instanceProfiles: readonly string[];
}

/** The trust of a role that has not everything yet, by which it is known. */
const CLOSED = JSON.stringify({
  Version: "2012-10-17",
  Statement: [{ Sid: "RoleIsBeingRecreated", Effect: "Deny", Principal: { AWS: "*" }, Action: "sts:AssumeRole" }],
});

export async function recreateRole(named: string, flags: WhereFlags & OutputFlags): Promise<void> {
  if (!/^[\w+=,.@-]{1,64}$/.test(named)) {
    throw new CliError("usage", `${visible(named)} is no name of a role; name one that is there`);
  }
  const ready = findRunning(flags);
  const apis = await awsApis(ready);
  // Found by other letters too, as IAM finds a role.
  const file = join(dirname(readyPath(flags)), `recreate-${ready.operator.accountId}-${named.toLowerCase()}.json`);
  const kept = existsSync(file) ? readKept(file) : undefined;
  // As it is written: made anew by other letters, it would be another in every ARN.
  const name = (await found(apis, named))?.name ?? kept?.name ?? named;
  const role = kept && (await isUnfinished(apis, name, kept)) ? kept : await collect(apis, name);
  if (role !== kept) {
    await tryOut(apis, name, role);
    keep(file, role);
  }
  const id = await finished(apis, name, role, file);
  // Two at once end up with the same role; the first to be done takes the note away.
  rmSync(file, { force: true });
  const output = outputFor(flags);
  output.result(`${name} is made anew: ${role.id} is ${id} now, and its old sessions are refused`, {
    version: 1,
    role: name,
    before: role.id,
    roleId: id,
    instanceProfiles: role.instanceProfiles,
  });
  output.text("An instance goes on showing its old credentials until the next rotation, or `rolemint rotate INSTANCE`");
}

/** Whether what was kept is still to be done: a role that is neither the old one nor half made is another's work. */
async function isUnfinished(apis: AwsApis, name: string, { id }: WholeRole): Promise<boolean> {
  const there = await found(apis, name);
  return there === undefined || there.id === id || there.isClosed;
}

async function finished(apis: AwsApis, name: string, role: WholeRole, file: string): Promise<string> {
  try {
    if ((await found(apis, name))?.id === role.id) await remove(apis, name, role);
    return await make(apis, name, role);
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    const next = `all that the role was is in ${file}, and the same command goes on from there`;
    throw new CliError(
      error.exitCode === EXIT.environment ? "environment" : "refused",
      `${name} is not whole, ${error.message}; ${next}`,
    );
  }
}

async function collect(apis: AwsApis, name: string): Promise<WholeRole> {
  const RoleName = { RoleName: name };
  const role = descendants(await apis.call("iam", "GetRole", RoleName), "Role")[0]!;
  const inline: Record<string, string> = {};
  for (const { text: PolicyName } of await apis.list("ListRolePolicies", RoleName, "PolicyNames")) {
    const policy = await apis.call("iam", "GetRolePolicy", { ...RoleName, PolicyName });
    inline[PolicyName] = decodeURIComponent(descendants(policy, "PolicyDocument")[0]!.text);
  }
  const attached = await apis.list("ListAttachedRolePolicies", RoleName, "AttachedPolicies");
  const profiles = await apis.list("ListInstanceProfilesForRole", RoleName, "InstanceProfiles");
  const boundary = descendants(role, "PermissionsBoundaryArn")[0]?.text;
  const [description, maxSessionSeconds] = [childText(role, "Description"), childText(role, "MaxSessionDuration")];
  return {
    name,
    id: childText(role, "RoleId")!,
    trust: decodeURIComponent(childText(role, "AssumeRolePolicyDocument")!),
    path: childText(role, "Path")!,
    ...(description !== undefined && { description }),
    ...(maxSessionSeconds !== undefined && { maxSessionSeconds }),
    ...(boundary !== undefined && { boundary }),
    tags: membersOf(role, "Tags").map((tag) => ({ key: childText(tag, "Key")!, value: childText(tag, "Value")! })),
    inline,
    attached: attached.map((policy) => childText(policy, "PolicyArn")!),
    instanceProfiles: profiles.map((profile) => childText(profile, "InstanceProfileName")!),
  };
}

/** What CreateRole would refuse is refused before anything is gone: a trust that names who is no more. */
async function tryOut(apis: AwsApis, RoleName: string, { trust, boundary }: WholeRole): Promise<void> {
  await apis.call("iam", "UpdateAssumeRolePolicy", { RoleName, PolicyDocument: trust });
  if (boundary === undefined) return;
  await apis.call("iam", "PutRolePermissionsBoundary", { RoleName, PermissionsBoundary: boundary });
}

async function remove(apis: AwsApis, RoleName: string, role: WholeRole): Promise<void> {
  for (const InstanceProfileName of role.instanceProfiles) {
    await unlessGone(apis.call("iam", "RemoveRoleFromInstanceProfile", { RoleName, InstanceProfileName }));
  }
  for (const PolicyArn of role.attached) {
    await unlessGone(apis.call("iam", "DetachRolePolicy", { RoleName, PolicyArn }));
  }
  for (const PolicyName of Object.keys(role.inline)) {
    await unlessGone(apis.call("iam", "DeleteRolePolicy", { RoleName, PolicyName }));
  }
  await apis.call("iam", "DeleteRole", { RoleName });
}

/** The new role's id. Each step may have been taken before. Nobody may assume the role until it has everything. */
async function make(apis: AwsApis, RoleName: string, role: WholeRole): Promise<string> {
  const there = await found(apis, RoleName);
  const id = there?.id ?? identity(await apis.call("iam", "CreateRole", creation(RoleName, role))).id;
  for (const [PolicyName, PolicyDocument] of Object.entries(role.inline)) {
    await apis.call("iam", "PutRolePolicy", { RoleName, PolicyName, PolicyDocument });
  }
  for (const PolicyArn of role.attached) await apis.call("iam", "AttachRolePolicy", { RoleName, PolicyArn });
  for (const InstanceProfileName of role.instanceProfiles) {
    const profile = await apis.call("iam", "GetInstanceProfile", { InstanceProfileName });
    if (membersOf(profile, "Roles").some((inside) => childText(inside, "RoleName") === RoleName)) continue;
    await apis.call("iam", "AddRoleToInstanceProfile", { RoleName, InstanceProfileName });
  }
  await apis.call("iam", "UpdateAssumeRolePolicy", { RoleName, PolicyDocument: role.trust });
  return id;
}

function creation(RoleName: string, role: WholeRole): Parameters {
  const tags = role.tags.flatMap(({ key, value }, index) => [
    [`Tags.member.${index + 1}.Key`, key],
    [`Tags.member.${index + 1}.Value`, value],
  ]);
  return {
    RoleName,
    Path: role.path,
    AssumeRolePolicyDocument: CLOSED,
    Description: role.description,
    MaxSessionDuration: role.maxSessionSeconds,
    PermissionsBoundary: role.boundary,
    ...Object.fromEntries(tags),
  };
}

interface Identity {
  readonly name: string;
  readonly id: string;
  readonly isClosed: boolean;
}

/** Undefined where there is no such role. */
async function found(apis: AwsApis, RoleName: string): Promise<Identity | undefined> {
  const answer = await unlessGone(apis.call("iam", "GetRole", { RoleName }));
  return answer && identity(answer);
}

function identity(answer: XmlElement): Identity {
  const textOf = (name: string) => descendants(answer, name)[0]!.text;
  const isClosed = decodeURIComponent(textOf("AssumeRolePolicyDocument")) === CLOSED;
  return { name: textOf("RoleName"), id: textOf("RoleId"), isClosed };
}

function unlessGone(call: Promise<XmlElement>): Promise<XmlElement | undefined> {
  return call.catch((error: unknown) => {
    if (error instanceof AwsRefusal && error.code === "NoSuchEntity") return undefined;
    throw error;
  });
}

/** On the disk before anything is gone. */
function keep(file: string, role: WholeRole): void {
  try {
    const draft = openSync(`${file}.tmp`, "w", 0o600);
    writeSync(draft, JSON.stringify({ version: 1, role }));
    fsyncSync(draft);
    closeSync(draft);
    renameSync(`${file}.tmp`, file);
  } catch (error) {
    const next = "nothing is changed; use a --state or --ready whose directory can be written";
    throw new CliError("environment", `${file} cannot be written: ${(error as Error).message}; ${next}`);
  }
}

function readKept(file: string): WholeRole {
  try {
    const { version, role } = JSON.parse(readFileSync(file, "utf8")) as { version?: number; role?: WholeRole };
    if (version === 1 && role !== undefined) return role;
  } catch {
    // Said below.
  }
  throw new CliError("environment", `${file}, of an unfinished \`role recreate\`, cannot be read; see to it by hand`);
}
