// The role is deleted and made anew under its name, as a deployment tool does it: it has another unique id, so sessions
// of the old one are refused, and metadata shows them until the next rotation.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-unique-ids
import { principalIdsOf } from "../bound-principals.ts";
import { encodeDocument } from "../policy-documents.ts";
import type { Role } from "../rows.ts";
import { trailExpiration } from "../trail.ts";
import type { World } from "../world.ts";
import { recordCall } from "./as-operator.ts";
import { worldKind } from "./kind.ts";
import { targetRoles } from "./request.ts";

export const roleRecreate = worldKind({
  name: "role.recreate",
  row: "RO5",
  says: "the role is deleted and made anew under the same name: its sessions are refused",
  channel: "world",
  acts: "once",
  parameters: {},
  begin({ world, fault, tell }) {
    const roles = targetRoles(world, fault.target);
    for (const role of roles) recreate(world, role);
    if (roles.length === 0) tell("there is no role that could be made anew");
    return undefined;
  },
});

/** It keeps all that a caller can give it: policies, boundary, trust, tags, and its place in instance profiles. */
function recreate(world: World, role: Role): void {
  const { roles, instanceProfiles } = world.account(role.accountId);
  const made = roles.put({
    ...role,
    id: world.ids.unique("AROA", role.accountId),
    created: world.now(),
    trustedIds: principalIdsOf(world, role.trust),
  });
  const profiles = instanceProfiles.list().filter(({ roleName }) => roleName === role.name);
  recordEach(
    world,
    role,
    profiles.map(({ name }) => name),
    made,
  );
}

/** What a caller would have called for it, in IAM's order. */
function recordEach(world: World, role: Role, profileNames: readonly string[], made: Role): void {
  const { name: roleName, path, trust, description, maxSessionSeconds, boundary, tags } = role;
  const record = (name: string, parameters: object = {}, elements?: object) =>
    recordCall(world, "iam", name, { ...parameters, roleName }, elements);
  for (const instanceProfileName of profileNames) record("RemoveRoleFromInstanceProfile", { instanceProfileName });
  for (const policyArn of role.attached) record("DetachRolePolicy", { policyArn });
  for (const policyName of Object.keys(role.inline)) record("DeleteRolePolicy", { policyName });
  record("DeleteRole");
  const parameters = {
    path,
    assumeRolePolicyDocument: trust,
    ...(description !== undefined && { description }),
    maxSessionDuration: maxSessionSeconds,
    ...(boundary !== undefined && { permissionsBoundary: boundary }),
    ...(tags.length > 0 && { tags: tags.map(({ Key, Value }) => ({ key: Key, value: Value })) }),
  };
  const view = {
    path,
    arn: made.arn,
    roleName,
    assumeRolePolicyDocument: encodeDocument(trust),
    createDate: trailExpiration(made.created),
    roleId: made.id,
  };
  record("CreateRole", parameters, { role: view });
  for (const [policyName, policyDocument] of Object.entries(role.inline)) {
    record("PutRolePolicy", { policyName, policyDocument });
  }
  for (const policyArn of role.attached) record("AttachRolePolicy", { policyArn });
  for (const instanceProfileName of profileNames) record("AddRoleToInstanceProfile", { instanceProfileName });
}
