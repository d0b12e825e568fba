// Any valid rolemint.yaml as plain values, and the settings that one uses, for property tests.
import fc from "fast-check";

const NAME = fc.stringMatching(/^[a-z][a-z0-9-]{1,8}[a-z0-9]$/);
const names = (maxLength = 3) => fc.uniqueArray(NAME, { maxLength });
const STATEMENT = { Effect: "Allow", Action: "s3:GetObject", Resource: "*" };
const document = fc
  .array(fc.constantFrom(STATEMENT, { ...STATEMENT, Effect: "Deny" }), { minLength: 1, maxLength: 3 })
  .map((Statement) => ({ Version: "2012-10-17", Statement }));
const policy = fc.oneof(
  document,
  document.map((value) => JSON.stringify(value)),
);
const service = fc.constantFrom("ec2.amazonaws.com", "lambda.amazonaws.com");
const trust = fc.oneof(
  service,
  service.map((name) => ({
    Version: "2012-10-17",
    Statement: { Effect: "Allow", Principal: { Service: name }, Action: "sts:AssumeRole" },
  })),
);
const tags = fc.dictionary(fc.stringMatching(/^[a-z]{1,9}$/), fc.stringMatching(/^[a-z0-9 ]{0,9}$/), { maxKeys: 3 });
const seconds = (min: number, max: number) => fc.integer({ min, max }).map((amount) => `${amount}s`);
const rotation = fc.oneof(
  fc.constantFrom("ec2", "fast", "edge", "tiny", "frozen"),
  fc.record(
    { lifetime: seconds(600, 9999), renewEvery: seconds(1, 600), overlap: seconds(0, 99), jitter: seconds(0, 99) },
    { requiredKeys: ["lifetime", "renewEvery"] },
  ),
);
const clock = fc.record(
  {
    start: fc
      .date({ min: new Date("2000-01-01T00:00:00Z"), max: new Date("2099-12-31T00:00:00Z"), noInvalidDate: true })
      .map((date) => date.toISOString()),
    strict: fc.boolean(),
  },
  { requiredKeys: [] },
);
const metadata = fc.record(
  {
    tokens: fc.constantFrom("required", "optional"),
    hopLimit: fc.integer({ min: 1, max: 64 }),
    endpoint: fc.constantFrom("enabled", "disabled"),
    ipv6: fc.constantFrom("enabled", "disabled"),
    tags: fc.constantFrom("enabled", "disabled"),
  },
  { requiredKeys: [] },
);
const s3 = fc.oneof(
  fc.constantFrom({}, { backend: "builtin" }),
  fc.record(
    { endpoint: fc.constantFrom("http://minio:9000", "https://s3.test"), accessKeyId: NAME, secretAccessKey: NAME },
    { requiredKeys: ["endpoint"] },
  ),
);

const limits = {
  for: seconds(1, 9999),
  probability: fc.double({ min: 0.1, max: 1, noNaN: true }),
  times: fc.integer({ min: 1, max: 9 }),
  seed: fc.string({ maxLength: 9 }),
  when: fc.constantFrom<string | string[]>("now", "+10m", "2026-11-22T05:30:00Z", "lifetime:80%", [
    "next-refresh",
    "path:^latest",
    "request:3",
  ]),
  parameters: fc.constantFrom({}, { code: "SlowDown" }),
};
const target = fc.constant("all");
const faults = fc.array(
  fc.oneof(
    fc.record({ name: fc.constant("s3.slow-down"), target, ...limits }, { requiredKeys: ["name", "target"] }),
    fc.record({ preset: fc.constant("mid-multipart"), target }),
  ),
  { maxLength: 2 },
);

/** A mapping of these names to values. */
function named<Value>(keys: readonly string[], value: (key: string) => fc.Arbitrary<Value>) {
  return fc
    .tuple(...keys.map(value))
    .map((values) => Object.fromEntries(keys.map((key, index) => [key, values[index]!])));
}

/** Settings that load. `objects` must be a directory. */
export function anySettings(objects: string): fc.Arbitrary<Readonly<Record<string, unknown>>> {
  const given = fc.tuple(fc.stringMatching(/^\d{12}$/), names(), names(), names(2), names(4), names());
  return given.chain(([account, roles, policies, users, instances, buckets]) => {
    const arns = [
      "arn:aws:iam::aws:policy/AdministratorAccess",
      ...policies.map((name) => `arn:aws:iam::${account}:policy/${name}`),
    ];
    const managedPolicies = fc.subarray(arns);
    const inlinePolicies = names().chain((keys) => named(keys, () => policy));
    const role = fc.record(
      {
        trust,
        path: fc.constantFrom("/", "/app/"),
        managedPolicies,
        inlinePolicies,
        permissionsBoundary: fc.constantFrom(...arns),
        maxSessionDuration: seconds(3600, 43_200),
        tags,
      },
      { requiredKeys: [] },
    );
    const user = (name: string) =>
      fc.record(
        {
          accessKeys: fc.constantFrom([], [{ id: keyIdOf(users.indexOf(name)), secret: "wJalrXUtnFEMIEXAMPLEKEY" }]),
          managedPolicies,
          inlinePolicies,
        },
        { requiredKeys: [] },
      );
    // The first has a role, the second its profile.
    const profile = [{ role: roles[0]! }, { instanceProfile: roles[0]! }];
    const instance = (name: string) => {
      const index = instances.indexOf(name);
      const more = fc.record(
        { address: fc.constant(`169.254.10.${index}`), metadata, tags, userData: fc.string() },
        { requiredKeys: [] },
      );
      return more.map((value) => (roles.length > 0 ? { ...value, ...profile[index] } : value));
    };
    return fc.record(
      {
        version: fc.constant(1),
        account: fc.constant(account),
        region: fc.constantFrom("us-east-1", "eu-central-1", "ap-southeast-2"),
        rotation,
        clock,
        roles: named(roles, () => role),
        policies: named(policies, () => policy),
        users: named(users, user),
        instances: named(instances, instance),
        buckets: named(buckets, (name) => bucketOf(name, objects)),
        s3,
        faults,
      },
      { requiredKeys: ["version", "account", "roles", "policies"] },
    );
  });
}

function bucketOf(name: string, objects: string) {
  const statement = { Effect: "Deny", Principal: "*", Action: "s3:*", Resource: `arn:aws:s3:::${name}/*` };
  const policyOf = fc.constant({ Version: "2012-10-17", Statement: statement });
  const bucket = { objects: fc.constant(objects), policy: policyOf, publicAccessBlock: fc.boolean() };
  return fc.record(bucket, { requiredKeys: [] });
}

function keyIdOf(index: number): string {
  return `AKIA${String(index).padStart(9, "0")}EXAMPLE`;
}
