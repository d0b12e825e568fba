// The request faults that change what is shown or believed of credentials: which requests they take, and what they make
// of a view; the same view and parameters give the same object.
import { expect, test } from "@jest/globals";
import type { CredentialDocument, InstanceView, Principal } from "@rolemint/authority";
import type { AskedCall, AskedMetadata, MetadataDeed } from "../kind.ts";
import { checkParameters } from "../parameters.ts";
import { REQUEST_KINDS } from "./index.ts";

const NOW = Date.parse("2026-11-23T06:00:00Z");
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const ISSUED = NOW - HOUR;

function documentOf(Delivery: "1.0" | "2.0", Generation: number): CredentialDocument {
  const AccessKeyId = "ASIAIOSFODNN7EXAMPLE";
  const base = { Delivery, Generation, Code: "Success", LastUpdated: ISSUED, Expiration: ISSUED + 6 * HOUR };
  return { ...base, AccessKeyId, SecretAccessKey: "secret", Token: "token" };
}

function viewOf(Generation = 3): InstanceView {
  const Profile = { Arn: "arn", Id: "id", RoleName: "app", Code: "Success", LastUpdated: ISSUED };
  const Credentials = [documentOf("1.0", Generation), documentOf("2.0", Generation)];
  return { InstanceId: "i-1", Profile, Credentials, Changed: ISSUED } as unknown as InstanceView;
}

const RUN = { shared: {}, chance: () => 0 };

const BARE = { InstanceId: "i-1", Credentials: [], Changed: ISSUED } as unknown as InstanceView;

function kindOf(name: string, given: object = {}) {
  const kind = REQUEST_KINDS.get(name)!;
  const checked = checkParameters(kind.parameters, { ...given });
  if ("wrong" in checked) throw new Error(checked.wrong);
  return { kind, values: checked.values as never };
}

const asks = (step: AskedMetadata["step"], path: string, view = viewOf(), now = NOW): AskedMetadata => ({
  method: "GET",
  path,
  step,
  token: undefined,
  family: "IPv4",
  now,
  view,
});
const DOCUMENT = "latest/meta-data/iam/security-credentials/app";

/** The view that a fault makes, or undefined when it leaves the request alone. */
function shown(deed: MetadataDeed | undefined): InstanceView | undefined {
  return deed?.do === "view" ? deed.view : undefined;
}

test.each([
  ["latest/meta-data", true],
  ["2021-03-23/meta-data/iam", true],
  ["latest/meta-data/iam/info", true],
  ["latest/meta-data/iam/security-credentials", true],
  [DOCUMENT, true],
  ["latest/meta-data/iamb", false],
  ["latest/meta-data/instance-id", false],
  ["latest/api/token", false],
  ["", false],
])("imds.no-role at /%s: %s", (path, isTaken) => {
  const { kind, values } = kindOf("imds.no-role");
  const view = shown(kind.metadata!(asks("other", path), values, {}, RUN));
  expect(view !== undefined).toBe(isTaken);
  if (view) expect(view).toEqual({ ...viewOf(), Profile: undefined, Credentials: [] });
  expect(kind.metadata!(asks("other", path, BARE), values, {}, RUN)).toBeUndefined();
});

test("imds.assume-failed: AWS's code and message, and no key", () => {
  const { kind, values } = kindOf("imds.assume-failed");
  const { Credentials } = shown(kind.metadata!(asks("credentials", DOCUMENT), values, {}, RUN))!;
  const Message =
    "EC2 cannot assume the role app.  Please see documentation at https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_iam-ec2.html#troubleshoot_iam-ec2_errors-info-doc.";
  const document = { Generation: 3, LastUpdated: ISSUED, Code: "AssumeRoleUnauthorizedAccess", Message };
  expect(Credentials).toEqual([
    { ...document, Delivery: "1.0" },
    { ...document, Delivery: "2.0" },
  ]);
  const failed = kindOf("imds.assume-failed", { Code: "Failed" });
  expect(
    shown(failed.kind.metadata!(asks("credentials", DOCUMENT), failed.values, {}, RUN))!.Credentials[0]!.Code,
  ).toBe("Failed");
  expect(kind.metadata!(asks("roles", "latest"), values, {}, RUN)).toBeUndefined();
  expect(kind.metadata!(asks("credentials", DOCUMENT, BARE), values, {}, RUN)).toBeUndefined();
});

test("imds.expired-creds: the whole document looks older, and keeps its times until the next generation", () => {
  const { kind, values } = kindOf("imds.expired-creds", { Ago: "10m" });
  const memory = {};
  const at = (view: InstanceView, now: number) =>
    shown(kind.metadata!(asks("credentials", DOCUMENT, view, now), values, memory, RUN))!;
  const view = viewOf();
  const first = at(view, NOW + 400);
  const [document] = first.Credentials;
  expect([document!.Expiration, document!.LastUpdated]).toEqual([NOW - 10 * MINUTE, NOW - 10 * MINUTE - 6 * HOUR]);
  expect(document!.AccessKeyId).toBe("ASIAIOSFODNN7EXAMPLE");
  expect(at(view, NOW + HOUR)).toBe(first);
  // The same generation by another object of the cache.
  expect(at(viewOf(), NOW + HOUR)).toEqual(first);
  expect(at(viewOf(4), NOW + HOUR).Credentials[0]!.Expiration).toBe(NOW + HOUR - 10 * MINUTE);
  // The clock was moved back: what is said is past all the same.
  expect(at(viewOf(4), NOW).Credentials[0]!.Expiration).toBe(NOW - 10 * MINUTE);
});

test("imds.expired-creds: what has really expired longer ago stays as it is", () => {
  const { kind, values } = kindOf("imds.expired-creds", { Ago: "10m" });
  const view = viewOf();
  const deed = kind.metadata!(asks("credentials", DOCUMENT, view, ISSUED + 7 * HOUR), values, {}, RUN);
  expect(shown(deed)!.Credentials).toEqual(view.Credentials);
});

const PRINCIPAL = { Type: "AssumedRole", InstanceId: "i-1", IssuedAt: NOW - 5000 } as unknown as Principal;

function call(given: Partial<AskedCall> = {}): AskedCall {
  const base = { service: "s3", operation: "GetObject", principal: PRINCIPAL, isExpired: false, isPresigned: false };
  return { ...base, ageMs: 0, path: "/b/k", parameter: () => undefined, now: NOW, ...given };
}

test.each<[string, object, Partial<AskedCall>, string | undefined]>([
  ["imds.expired-creds", {}, {}, undefined],
  ["imds.expired-creds", { Accepted: false }, {}, "token-expired"],
  ["imds.expired-creds", { Accepted: false }, { service: "sts" }, "token-expired"],
  ["imds.expired-creds", { Accepted: false }, { isExpired: true }, undefined],
  ["imds.expired-creds", { Accepted: false }, { principal: { ...PRINCIPAL, InstanceId: undefined } }, undefined],
  ["creds.unknown-key", {}, {}, "unknown-key"],
  ["creds.unknown-key", { Services: "sts, s3" }, {}, "unknown-key"],
  ["creds.unknown-key", { Services: "sts,ec2" }, {}, undefined],
  ["creds.unknown-key", {}, { isExpired: true }, undefined],
  ["creds.bad-token", {}, {}, "token-invalid"],
  ["creds.bad-token", { Services: "sts" }, {}, undefined],
  ["creds.propagation-delay", { Delay: "5s" }, {}, undefined],
  ["creds.propagation-delay", { Delay: "5001ms" }, {}, "unknown-key"],
  ["creds.propagation-delay", { Delay: "10s", Services: "iam" }, {}, undefined],
  ["creds.propagation-delay", { Delay: "10s" }, { isExpired: true }, undefined],
])("%s %j at a call %j: %s", (name, given, asked, refused) => {
  const { kind, values } = kindOf(name, given);
  const deed = kind.call!(call(asked), values, {});
  expect(deed).toEqual(refused === undefined ? undefined : { do: "refuse", as: refused });
});

test.each([
  ["creds.unknown-key", { Services: "s4" }, "Services must be any, or some of s3"],
  ["creds.propagation-delay", { Delay: "0s" }, "Delay must be a duration"],
  ["imds.expired-creds", { Accepted: "maybe" }, "Accepted must be true or false"],
  ["imds.assume-failed", { Code: "a b" }, "Code must be a code of letters"],
])("%s does not take %j", (name, given, message) => {
  expect(() => kindOf(name, given)).toThrow(message);
});

test.each([
  ["1h", HOUR],
  ["-30m", -30 * MINUTE],
])("imds.lying-expiry by %s: only what is stated moves", (By, by) => {
  const { kind, values } = kindOf("imds.lying-expiry", { By });
  const view = viewOf();
  const lied = shown(kind.metadata!(asks("credentials", DOCUMENT, view), values, {}, RUN))!;
  expect(lied.Credentials).toEqual(
    view.Credentials.map((document) => ({ ...document, Expiration: ISSUED + 6 * HOUR + by })),
  );
  expect(view).toEqual(viewOf());
  expect(kind.metadata!(asks("roles", "latest", view), values, {}, RUN)).toBeUndefined();
  expect(kind.metadata!(asks("credentials", DOCUMENT, BARE), values, {}, RUN)).toBeUndefined();
});

test.each([
  ["imds.no-role", {}],
  ["imds.assume-failed", {}],
  ["imds.expired-creds", {}],
  ["imds.lying-expiry", {}],
])("%s: the same view gives the same object, another view another", (name, given) => {
  const { kind, values } = kindOf(name, given);
  const memory = {};
  const view = viewOf();
  const at = (of: InstanceView) => shown(kind.metadata!(asks("credentials", DOCUMENT, of), values, memory, RUN));
  const first = at(view);
  expect(first).toBeDefined();
  expect(at(view)).toBe(first);
  expect(at(viewOf(4))).not.toBe(first);
});
