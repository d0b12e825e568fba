// `rolemint env`: every variable that it sets and unsets, as real shells read it.
import { readFileSync } from "node:fs";
import { RunInstancesCommand } from "@aws-sdk/client-ec2";
import { beforeAll, expect, test } from "@jest/globals";
import { clients } from "../support/aws-clients.ts";
import { launch, ROLEMINT, type Running, rolemint, start } from "../support/rolemint.ts";

const CLEARED = [
  "AWS_SESSION_TOKEN",
  "AWS_SECURITY_TOKEN",
  "AWS_CREDENTIAL_EXPIRATION",
  "AWS_PROFILE",
  "AWS_DEFAULT_PROFILE",
  "AWS_ROLE_ARN",
  "AWS_WEB_IDENTITY_TOKEN_FILE",
  "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
  "AWS_CONTAINER_CREDENTIALS_FULL_URI",
  "AWS_CONTAINER_AUTHORIZATION_TOKEN",
  "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
  "AWS_CONTAINER_SOMETHING_NEW",
  "AWS_ENDPOINT_URL_S3",
  "AWS_ENDPOINT_URL_STS",
  "AWS_ENDPOINT_URL_DYNAMODB",
  "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS",
  "AWS_USE_FIPS_ENDPOINT",
  "AWS_USE_DUALSTACK_ENDPOINT",
  "AWS_EC2_METADATA_V1_DISABLED",
  "AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE",
];
const KEYS = ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"];
const SET = [
  "AWS_REGION",
  "AWS_DEFAULT_REGION",
  "AWS_ENDPOINT_URL",
  "AWS_EC2_METADATA_SERVICE_ENDPOINT",
  "AWS_EC2_METADATA_DISABLED",
  "AWS_CONFIG_FILE",
  "AWS_SHARED_CREDENTIALS_FILE",
];
/** An environment where everything is wrong. */
const SOILED = Object.fromEntries([...CLEARED, ...KEYS, ...SET].map((name) => [name, `wrong '"$(x)\\\n`]));

let running: Running;

beforeAll(async () => {
  running = await start({ config: "version: 1\nregion: eu-central-1\ninstances: { web: {} }\n" });
});

const find = () => ["--ready", running.readyFile];

/** The environment of a process in whose shell the output was evaluated. */
async function evaluated(
  args: readonly string[],
  env: Record<string, string> = SOILED,
): Promise<Record<string, string>> {
  const script = `eval "$("$@")" && exec "$NODE" -e 'console.log(JSON.stringify(process.env))'`;
  const shell = launch("/bin/sh", ["-euc", script, "sh", ROLEMINT, "env", ...args, ...find()], {
    env: { NODE: process.execPath, ...env },
  });
  const { code, stdout, stderr } = await shell.ended;
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  return JSON.parse(stdout);
}

const awsOf = (env: Record<string, string>) =>
  Object.fromEntries(Object.entries(env).filter(([name]) => name.startsWith("AWS_")));

test("an instance's, as sh evaluates it in an environment where everything is wrong", async () => {
  const { endpoints, instances } = running.ready();
  const env = await evaluated(["web"]);
  const { AWS_CONFIG_FILE, AWS_SHARED_CREDENTIALS_FILE, ...rest } = awsOf(env);
  expect(rest).toEqual({
    AWS_REGION: "eu-central-1",
    AWS_DEFAULT_REGION: "eu-central-1",
    AWS_ENDPOINT_URL: endpoints.aws,
    AWS_EC2_METADATA_SERVICE_ENDPOINT: instances["web"]!.imds,
    AWS_EC2_METADATA_DISABLED: "false",
  });
  for (const file of [AWS_CONFIG_FILE, AWS_SHARED_CREDENTIALS_FILE]) expect(readFileSync(file!, "utf8")).toBe("");
  for (const name of ["NO_PROXY", "no_proxy"]) {
    expect(env[name]!.split(",")).toEqual(expect.arrayContaining(["127.0.0.1", "localhost", "169.254.169.254"]));
  }
});

test("the operator's", async () => {
  const { endpoints, operator } = running.ready();
  const { AWS_CONFIG_FILE, AWS_SHARED_CREDENTIALS_FILE, ...rest } = awsOf(await evaluated(["--operator"]));
  expect(rest).toEqual({
    AWS_REGION: "eu-central-1",
    AWS_DEFAULT_REGION: "eu-central-1",
    AWS_ENDPOINT_URL: endpoints.aws,
    AWS_ACCESS_KEY_ID: operator.accessKeyId,
    AWS_SECRET_ACCESS_KEY: operator.secretAccessKey,
    AWS_EC2_METADATA_DISABLED: "true",
  });
  expect([AWS_CONFIG_FILE, AWS_SHARED_CREDENTIALS_FILE]).not.toContain(undefined);
});

test("--json says the same, in one versioned object", async () => {
  const { code, stdout } = await rolemint(["env", "web", "--json", ...find()], { env: SOILED });
  expect(code).toBe(0);
  expect(stdout.trim().split("\n")).toHaveLength(1);
  const { version, set, unset, ...rest } = JSON.parse(stdout);
  expect({ version, rest }).toEqual({ version: 1, rest: {} });
  expect(Object.keys(set).sort()).toEqual([...SET, "NO_PROXY", "no_proxy"].sort());
  expect(unset).toEqual(expect.arrayContaining([...CLEARED, ...KEYS]));
  expect(unset.filter((name: string) => name in set)).toEqual([]);
  const operator = JSON.parse((await rolemint(["env", "--operator", "--json", ...find()])).stdout);
  expect(operator.unset).toContain("AWS_EC2_METADATA_SERVICE_ENDPOINT");
  expect(Object.keys(operator.set)).toEqual(expect.arrayContaining(KEYS));
  expect(Object.keys(operator.set)).not.toContain("AWS_EC2_METADATA_SERVICE_ENDPOINT");
});

test.each([
  ["inner.example", "inner.example,127.0.0.1,localhost,169.254.169.254"],
  ["localhost, b", "localhost, b,127.0.0.1,169.254.169.254"],
  ['it\'s, $(touch x) `y` \\ "z"\n2', 'it\'s, $(touch x) `y` \\ "z"\n2,127.0.0.1,localhost,169.254.169.254'],
  ["*", "*"],
  ["", "127.0.0.1,localhost,169.254.169.254"],
])("hosts that were without a proxy stay so: %j", async (NO_PROXY, expected) => {
  const env = await evaluated(["web"], { NO_PROXY });
  expect([...env["NO_PROXY"]!.split(/,(?! )/)].sort()).toEqual([...expected.split(/,(?! )/)].sort());
  expect(env["no_proxy"]).toBe("127.0.0.1,localhost,169.254.169.254");
});

test("no value can break out of what fish and PowerShell read", async () => {
  const NO_PROXY = `it's \\ "b" $c`;
  const env = { ...SOILED, NO_PROXY };
  const [fish, powershell] = await Promise.all(
    ["fish", "powershell"].map((shell) => rolemint(["env", "web", "--shell", shell, ...find()], { env })),
  );
  const hosts = ",127.0.0.1,localhost,169.254.169.254";
  expect(fish!.stdout).toContain(`set -gx NO_PROXY 'it\\'s \\\\ "b" $c${hosts}'`);
  expect(fish!.stdout).toContain("set -gx AWS_REGION 'eu-central-1'");
  expect(powershell!.stdout).toContain(`$Env:NO_PROXY = 'it''s \\ "b" $c${hosts}'`);
  expect(powershell!.stdout).toContain("$Env:AWS_REGION = 'eu-central-1'");
  for (const name of [...CLEARED, ...KEYS]) {
    expect(fish!.stdout).toMatch(new RegExp(`^set -e ${name};?$`, "m"));
    expect(powershell!.stdout).toMatch(
      new RegExp(`^Remove-Item Env:${name} -ErrorAction (?:SilentlyContinue|Ignore);?$`, "m"),
    );
  }
  const lines = (text: string) => text.trim().split("\n");
  expect(lines(fish!.stdout).filter((line) => !/^set (?:-e \w+|-gx \w+ '.*');?$/.test(line))).toEqual([]);
  expect(
    lines(powershell!.stdout).filter((line) => !/^(?:Remove-Item Env:\w+ .*|\$Env:\w+ = '.*');?$/.test(line)),
  ).toEqual([]);
});

test("an instance goes by its name or its id; one that is not there is exit 2, and so is none of several", async () => {
  const { ec2 } = clients(running.ready());
  const byId = await rolemint(["env", running.ready().instances["web"]!.instanceId, ...find()]);
  expect(byId.stdout).toBe((await rolemint(["env", "web", ...find()])).stdout);
  expect(byId.stdout).toBe((await rolemint(["env", ...find()])).stdout);

  const Tags = [{ Key: "Name", Value: "twin" }];
  const launching = new RunInstancesCommand({
    MinCount: 2,
    MaxCount: 2,
    TagSpecifications: [{ ResourceType: "instance", Tags }],
  });
  const { Instances = [] } = await ec2.send(launching);
  const ids = Instances.map(({ InstanceId }) => InstanceId!);
  const [none, missing, twin, proto] = await Promise.all(
    [[], ["nobody"], ["twin"], ["__proto__"]].map((args) => rolemint(["env", ...args, ...find()])),
  );
  for (const { code, stdout, stderr } of [none!, missing!, twin!, proto!]) {
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toMatch(/^[^\n]+\n$/);
  }
  expect(none!.stderr).toContain("web");
  expect(missing!.stderr).toMatch(/nobody.*web/);
  // A name borne by two: the ids are said.
  for (const id of ids) expect(twin!.stderr).toContain(id);
  const one = await rolemint(["env", ids[1]!, "--json", ...find()]);
  expect(JSON.parse(one.stdout).set.AWS_EC2_METADATA_SERVICE_ENDPOINT).toMatch(/^http/);
});
