// Identify: what an access key id, and the token that came with it, stand for, with the policies that decide for it and
// the signing key of the scope asked. The secret itself never leaves the world.
import type { IdentifyQuery, Identity, PolicySource, Principal } from "@rolemint/authority";
import { deriveSigningKey } from "@rolemint/sigv4/key";
import { rootArn, sessionArn } from "./arn.ts";
import { nameOf } from "./instances.ts";
import { managedPolicyText } from "./managed-policies.ts";
import type { AccessKey, Permissions, Role, Tag, User } from "./rows.ts";
import type { OpenedSession } from "./sessions.ts";
import type { World } from "./world.ts";

export function identify(world: World, query: IdentifyQuery): Identity {
  return query.AccessKeyId.startsWith("ASIA") ? identifySession(world, query) : identifyKey(world, query);
}

function identifyKey(world: World, query: IdentifyQuery): Identity {
  const key = world.tables.accessKeys.get(query.AccessKeyId);
  if (!key) return { Verdict: "unknown-key" };
  if (query.Token !== undefined && query.Token !== "") return { Verdict: "token-invalid" };
  if (key.status === "Inactive") return { Verdict: "inactive-key" };
  const SigningKeys = signingKeys(query, key.secret);
  if (key.userName === undefined) {
    return { Verdict: "ok", SigningKeys, Principal: rootPrincipal(key), IdentityPolicies: [], SessionPolicies: [] };
  }
  const user = world.account(key.accountId).users.get(key.userName);
  if (!user) return { Verdict: "unknown-key" };
  const Principal = userPrincipal(user, key);
  return { Verdict: "ok", SigningKeys, Principal, SessionPolicies: [], ...policiesOf(world, user) };
}

function identifySession(world: World, query: IdentifyQuery): Identity {
  if (query.Token === undefined || query.Token === "") return { Verdict: "token-missing" };
  const session = world.sealer.open(query.Token);
  if (!session || session.accessKeyId !== query.AccessKeyId) return { Verdict: "token-invalid" };
  const ended = world.rotation.endOf(session.accessKeyId, session.instance);
  const expires = Math.min(session.expires, ended ?? Number.POSITIVE_INFINITY);
  const role = world.account(session.accountId).roles.get(session.roleName);
  if (world.now() >= expires) {
    const Principal = role?.id === session.roleId ? sessionPrincipal(world, role, session, expires) : undefined;
    return { Verdict: "token-expired", Principal };
  }
  if (role?.id !== session.roleId) return { Verdict: "unknown-key" };
  return {
    Verdict: "ok",
    SigningKeys: signingKeys(query, session.secret),
    Principal: sessionPrincipal(world, role, session, expires),
    SessionPolicies: sessionPolicies(world, session),
    ...(world.faults.believed(role) ?? policiesOf(world, role)),
  };
}

/** The scope's day and the next one, so that a cached answer holds over midnight. */
function signingKeys(query: IdentifyQuery, secret: string): { Date: string; Key: string }[] {
  return [query.Date, dayAfter(query.Date)].map((day) => ({
    Date: day,
    Key: deriveSigningKey(secret, { date: day, region: query.Region, service: query.Service })
      .export()
      .toString("base64"),
  }));
}

function dayAfter(day: string): string {
  const [year, month, date] = [day.slice(0, 4), day.slice(4, 6), day.slice(6, 8)].map(Number);
  const next = new Date(Date.UTC(year!, month! - 1, date! + 1));
  return next.toISOString().slice(0, 10).replaceAll("-", "");
}

export function rootPrincipal(key: AccessKey): Principal {
  return {
    Type: "Account",
    AccountId: key.accountId,
    Arn: rootArn(key.accountId),
    PrincipalArn: rootArn(key.accountId),
    UserId: key.accountId,
    AccessKeyId: key.id,
    Tags: [],
    TransitiveTagKeys: [],
  };
}

function userPrincipal(user: User, key: AccessKey): Principal {
  return {
    Type: "User",
    AccountId: user.accountId,
    Arn: user.arn,
    PrincipalArn: user.arn,
    UserId: user.id,
    AccessKeyId: key.id,
    UserName: user.name,
    Tags: [...user.tags],
    TransitiveTagKeys: [],
  };
}

function sessionPrincipal(world: World, role: Role, session: OpenedSession, expires: number): Principal {
  const instance = session.instance && world.tables.instances.get(session.instance.id);
  return {
    Type: "AssumedRole",
    AccountId: role.accountId,
    Arn: sessionArn(role.accountId, role.name, session.sessionName),
    PrincipalArn: role.arn,
    UserId: `${role.id}:${session.sessionName}`,
    AccessKeyId: session.accessKeyId,
    RoleName: role.name,
    RoleId: role.id,
    SessionName: session.sessionName,
    SourceIdentity: session.sourceIdentity,
    Tags: mergeTags(role.tags, session.tags ?? []),
    TransitiveTagKeys: [...(session.transitiveTagKeys ?? [])],
    IssuedAt: session.issued,
    ExpiresAt: expires,
    InstanceId: session.instance?.id,
    InstanceName: instance && nameOf(instance),
    Delivery: session.instance?.delivery,
    InstanceVpc: session.instance?.vpc,
    InstanceIp: session.instance?.ip,
    Generation: session.instance?.generation,
  };
}

/** Tag keys are the same regardless of case; the session's win over the role's. */
export function mergeTags(under: readonly Tag[], over: readonly Tag[]): Tag[] {
  const keys = new Set(over.map((tag) => tag.Key.toLowerCase()));
  return [...under.filter((tag) => !keys.has(tag.Key.toLowerCase())), ...over];
}

/** The policies that a user or role has. */
export function policiesOf(world: World, holder: Permissions): Pick<Identity, "IdentityPolicies" | "Boundary"> {
  const inline = Object.entries(holder.inline).map(([Name, Text]) => ({ Name, Text }));
  const boundary = holder.boundary === undefined ? undefined : named(world, holder.boundary);
  return { IdentityPolicies: [...inline, ...holder.attached.map((arn) => named(world, arn))], Boundary: boundary };
}

function sessionPolicies(world: World, session: OpenedSession): PolicySource[] {
  const passed = session.policy === undefined ? [] : [{ Name: "session policy", Text: session.policy }];
  return [...passed, ...(session.policyArns ?? []).map((arn) => named(world, arn))];
}

/** A managed policy that is gone allows nothing, but still limits as a boundary or session policy. */
function named(world: World, arn: string): PolicySource {
  const text = managedPolicyText(world, arn);
  return { Name: arn, Text: text ?? '{"Version":"2012-10-17","Statement":[]}' };
}
