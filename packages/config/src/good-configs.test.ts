import { describe, expect, test } from "@jest/globals";
import { parse } from "yaml";
import * as z from "zod";
import { builtinConfig, type Config, initialConfigText } from "./index.ts";
import { type Files, loadFrom } from "./load-from.fixture.ts";
import { jsonSchema } from "./publish.ts";

async function configOf(text: string, files: Files = {}, instanceProfiles = new Set<string>()) {
  const { loaded, directory, lines } = await loadFrom({ ...files, "rolemint.yaml": text }, { instanceProfiles });
  expect(lines).toEqual([]);
  const config = loaded.config!;
  // The directory of a test has a new name each time.
  return JSON.parse(JSON.stringify(config).replaceAll(directory, "/here")) as Config;
}

const TRUST = JSON.stringify({
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Principal: { Service: "ec2.amazonaws.com" }, Action: "sts:AssumeRole" }],
});
const METADATA = { tokens: "required", hopLimit: 1, endpoint: "enabled", ipv6: "disabled", tags: "disabled" };

const EVERY_KEY = `
version: 1
account: 012345678901
region: eu-central-1
rotation: { lifetime: 6h20m, renewEvery: 1h, overlap: 90s, jitter: 500ms }
clock: { start: 2026-11-22T05:30:00Z, strict: true }
roles:
  app:
    trust: lambda.amazonaws.com
    path: /service/app/
    managedPolicies:
      - arn:aws:iam::012345678901:policy/reports
      - arn:aws:iam::aws:policy/service-role/AmazonEC2RoleforSSM
    inlinePolicies:
      inline:
        Statement:
          { Effect: Deny, Action: "*", Resource: "*", Condition: { Bool: { a: true, "9": 1, "1": [2.5, b] } } }
      text: '{ "Statement": { "Effect": "Allow", "Action": "s3:*", "Resource": "*" } }'
      file: { file: policies/p.json }
    permissionsBoundary: arn:aws:iam::aws:policy/AdministratorAccess
    maxSessionDuration: 90m
    tags: { team: a, cost centre: "7" }
  plain: {}
policies:
  reports: { Version: 2012-10-17, Statement: { Effect: Allow, Action: "s3:*", Resource: "*" } }
users:
  ci:
    accessKeys:
      - { id: AKIAIOSFODNN7EXAMPLE, secret: wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY }
    managedPolicies: [arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess]
    inlinePolicies: {}
instances:
  web:
    role: app
    metadata: { tokens: optional, hopLimit: 2, endpoint: disabled, ipv6: disabled, tags: enabled }
    tags: { team: a, Name: www }
    userData: "#cloud-config"
  api: { instanceProfile: app }
  idle: {}
buckets:
  demo: { objects: ./seed/demo, publicAccessBlock: false, policy: { file: bucket.json } }
s3: { backend: builtin }
faults:
  - name: s3.expire-mid-multipart
    target: web
    when: [+10m, path:file]
    for: 90m
    probability: 0.5
    times: 2
    seed: again
    parameters: { part: 3, complete: true }
  - { preset: imds-outage-30m, target: role:app }
`;
const BUCKET_POLICY =
  '{"Statement":\r\n {"Effect":"Deny","Principal":"*","Action":"s3:*","Resource":"arn:aws:s3:::demo/*"}}\n';
const FILES = {
  "policies/p.json": '\n{"Statement":{"Effect":"Allow","Action":"s3:*","Resource":"*"}}\n',
  "bucket.json": BUCKET_POLICY,
  "seed/demo/": "",
};

describe("a good config comes out plain", () => {
  test("every key", async () => {
    expect(await configOf(EVERY_KEY, FILES)).toEqual({
      version: 1,
      account: "012345678901",
      region: "eu-central-1",
      rotation: { lifetime: 22_800_000, renewEvery: 3_600_000, overlap: 90_000, jitter: 500 },
      clock: { start: Date.UTC(2026, 10, 22, 5, 30), strict: true },
      roles: [
        {
          name: "app",
          trustText: TRUST.replace("ec2", "lambda"),
          path: "/service/app/",
          managedPolicies: [
            "arn:aws:iam::012345678901:policy/reports",
            "arn:aws:iam::aws:policy/service-role/AmazonEC2RoleforSSM",
          ],
          inlinePolicies: [
            {
              name: "inline",
              text:
                '{"Statement":{"Effect":"Deny","Action":"*","Resource":"*",' +
                '"Condition":{"Bool":{"a":true,"9":1,"1":[2.5,"b"]}}}}',
            },
            { name: "text", text: '{ "Statement": { "Effect": "Allow", "Action": "s3:*", "Resource": "*" } }' },
            { name: "file", text: FILES["policies/p.json"] },
          ],
          permissionsBoundary: "arn:aws:iam::aws:policy/AdministratorAccess",
          maxSessionSeconds: 5400,
          tags: [
            { Key: "team", Value: "a" },
            { Key: "cost centre", Value: "7" },
          ],
        },
        {
          name: "plain",
          trustText: TRUST,
          path: "/",
          managedPolicies: [],
          inlinePolicies: [],
          maxSessionSeconds: 3600,
          tags: [],
        },
      ],
      policies: [
        {
          name: "reports",
          text: '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:*","Resource":"*"}}',
        },
      ],
      users: [
        {
          name: "ci",
          accessKeys: [{ id: "AKIAIOSFODNN7EXAMPLE", secret: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY" }],
          managedPolicies: ["arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess"],
          inlinePolicies: [],
        },
      ],
      instances: [
        {
          name: "web",
          role: "app",
          metadata: { tokens: "optional", hopLimit: 2, endpoint: "disabled", ipv6: "disabled", tags: "enabled" },
          tags: [
            { Key: "team", Value: "a" },
            { Key: "Name", Value: "www" },
          ],
          userData: "#cloud-config",
        },
        { name: "api", instanceProfile: "app", metadata: METADATA, tags: [{ Key: "Name", Value: "api" }] },
        { name: "idle", metadata: METADATA, tags: [{ Key: "Name", Value: "idle" }] },
      ],
      buckets: [
        {
          name: "demo",
          objectsDirectory: "/here/seed/demo",
          publicAccessBlock: false,
          policyText: BUCKET_POLICY,
        },
      ],
      s3: { backend: "builtin" },
      faults: [
        {
          name: "s3.expire-mid-multipart",
          target: "web",
          parameters: { Part: 3, Complete: true },
          at: "+10m",
          path: "file",
          for: 5_400_000,
          probability: 0.5,
          times: 2,
          seed: "again",
        },
        { preset: "imds-outage-30m", target: "role:app", parameters: {} },
      ],
      sources: ["/here/rolemint.yaml", "/here/policies/p.json", "/here/bucket.json"],
    });
  });

  test("next to nothing: the defaults", async () => {
    expect(await configOf("version: 1\n")).toEqual({
      ...builtinConfig(),
      instances: [],
      buckets: [],
      sources: ["/here/rolemint.yaml"],
    });
  });

  test.each([
    ["fast", { lifetime: 3_600_000, renewEvery: 600_000 }],
    ["frozen", { lifetime: 900_000 }],
    ["{ lifetime: 1s, renewEvery: 1s }", { lifetime: 1000, renewEvery: 1000 }],
    ["{ lifetime: 0.5h, renewEvery: 1m30s }", { lifetime: 1_800_000, renewEvery: 90_000 }],
  ])("rotation: %s", async (rotation, schedule) => {
    expect((await configOf(`version: 1\nrotation: ${rotation}\n`)).rotation).toEqual(schedule);
  });

  test.each([
    ["2026-11-22", Date.UTC(2026, 10, 22)],
    ["2026-11-22T05:30:00", Date.UTC(2026, 10, 22, 5, 30)],
    ["2026-11-22 05:30:00", Date.UTC(2026, 10, 22, 5, 30)],
    ["2026-11-22t05:30:00.25+01:00", Date.UTC(2026, 10, 22, 4, 30, 0, 250)],
    ["2026-11-22 05:30:00 -5", Date.UTC(2026, 10, 22, 10, 30)],
    ["'2026-11-22T05:30Z'", Date.UTC(2026, 10, 22, 5, 30)],
    ["2028-02-29T23:59:59.999Z", Date.UTC(2028, 1, 29, 23, 59, 59, 999)],
  ])("clock.start: %s", async (start, instant) => {
    expect((await configOf(`version: 1\nclock: { start: ${start} }\n`)).clock).toEqual({
      start: instant,
      strict: false,
    });
  });

  test("JSON, CRLF and a byte order mark are YAML too", async () => {
    const written = { version: 1, account: "111122223333", instances: { web: { userData: "\ud83d\ude00 / \t" } } };
    const plain = await configOf(JSON.stringify(written));
    expect(plain.instances).toEqual([
      { name: "web", metadata: METADATA, tags: [{ Key: "Name", Value: "web" }], userData: "😀 / \t" },
    ]);
    expect(await configOf(`\uFEFF${JSON.stringify(written, null, "\t").replaceAll("\n", "\r\n")}`)).toEqual(plain);
  });

  test("an alias stands for the anchor that was nearest when it was written", async () => {
    const { instances } = await configOf(
      [
        "version: 1",
        "instances:",
        "  one: { tags: { a: &x first, b: *x } }",
        "  two: &two { tags: { a: *x } }",
        "  three: { tags: { a: &x second, b: *x } }",
        "  four: *two",
      ].join("\n"),
    );
    const values = instances.map(({ tags }) => tags.filter(({ Key }) => Key !== "Name").map(({ Value }) => Value));
    expect(values).toEqual([["first", "first"], ["first"], ["second", "second"], ["first"]]);
  });

  test("a trust policy inline, as text and from a file keeps its text", async () => {
    const pretty = JSON.stringify(JSON.parse(TRUST), null, 2);
    const { roles } = await configOf(
      [
        "version: 1",
        "roles:",
        `  a: { trust: ${TRUST} }`,
        `  b: { trust: ${JSON.stringify(pretty)} }`,
        "  c: { trust: { file: t.json } }",
      ].join("\n"),
      { "t.json": pretty },
    );
    expect(roles.map(({ trustText }) => trustText)).toEqual([TRUST, pretty, pretty]);
  });

  test("an instance profile that the state has", async () => {
    const text = "version: 1\ninstances: { web: { instanceProfile: mine } }\n";
    const { instances } = await configOf(text, {}, new Set(["mine"]));
    expect(instances[0]).toMatchObject({ name: "web", instanceProfile: "mine" });
  });

  test("an empty Name tag is no name", async () => {
    const { instances } = await configOf(
      'version: 1\ninstances: { a: { tags: { Name: "" } }, b: { tags: { Name: "" } } }\n',
    );
    expect(instances.map(({ tags }) => tags)).toEqual([[{ Key: "Name", Value: "" }], [{ Key: "Name", Value: "" }]]);
  });
});

describe("what init writes", () => {
  test("loads as it stands", async () => {
    const { instances, roles } = await configOf(initialConfigText());
    expect(instances).toMatchObject([{ name: "web", role: "app" }]);
    expect(roles).toMatchObject([{ name: "app", inlinePolicies: [{ name: "own-prefix" }] }]);
  });

  test("loads with each commented setting taken in", async () => {
    const text = initialConfigText()
      .replace(/^rotation: ec2$/m, "")
      .replaceAll(/^(\s*)#(?! )/gm, "$1");
    const config = await configOf(text.replaceAll(/^# {2}/gm, "  ").replaceAll(/^# {4}/gm, "    "), { "seed/": "" });
    expect(config.rotation).toEqual({ lifetime: 22_800_000, renewEvery: 3_600_000 });
    expect(config.users).toHaveLength(1);
    expect(config.buckets[1]).toEqual({
      name: "seeded",
      objectsDirectory: "/here/seed",
      publicAccessBlock: true,
    });
    expect(config.instances[0]!.metadata).toMatchObject({ tokens: "optional", hopLimit: 2 });
  });
});

test.each([EVERY_KEY.replace("012345678901", '"012345678901"'), initialConfigText(), "version: 1"])(
  "the JSON Schema takes good config %#",
  (text) => {
    const fromSchema = z.fromJSONSchema(jsonSchema() as Parameters<typeof z.fromJSONSchema>[0]);
    expect(fromSchema.safeParse(parse(text)).success).toBe(true);
    expect(fromSchema.safeParse({ ...parse(text), acount: "" }).success).toBe(false);
  },
);
