// `rolemint role`: swap, detach and attach as the metadata service shows them, and a role made anew that loses nothing,
// wherever it is killed on the way.
import { once } from "node:events";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer, request, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { dirname, join } from "node:path";
import {
  CreateInstanceProfileCommand,
  GetInstanceProfileCommand,
  GetRoleCommand,
  GetRolePolicyCommand,
  ListAttachedRolePoliciesCommand,
  ListInstanceProfilesForRoleCommand,
  ListRolePoliciesCommand,
  UpdateAssumeRolePolicyCommand,
  UpdateRoleCommand,
} from "@aws-sdk/client-iam";
import { GetCallerIdentityCommand } from "@aws-sdk/client-sts";
import { beforeAll, expect, test } from "@jest/globals";
import { clients } from "../support/aws-clients.ts";
import { keysOf, metadata, ROLES } from "../support/metadata.ts";
import { directory, launch, ROLEMINT, type Running, rolemint, start } from "../support/rolemint.ts";

const CONFIG = `
version: 1
roles:
  app:
    trust: ec2.amazonaws.com
    path: /team/
    managedPolicies: ["arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess", "arn:aws:iam::aws:policy/AmazonS3FullAccess"]
    inlinePolicies:
      "own+1": { Version: "2012-10-17", Statement: [{ Effect: Allow, Action: "s3:*", Resource: "arn:aws:s3:::a b%/*" }] }
      second: { Version: "2012-10-17", Statement: [{ Effect: Deny, Action: "s3:DeleteBucket", Resource: "*" }] }
    permissionsBoundary: arn:aws:iam::aws:policy/AmazonS3FullAccess
    maxSessionDuration: 2h
    tags: { team: "a +b=c/d@e", empty: "" }
  other: {}
  loner: {}
instances:
  web: { role: app }
  job: { role: other }
  bare: {}
`;

let running: Running;

beforeAll(async () => {
  running = await start({ config: CONFIG });
  const Description = `an app of & <b> "team" a + b%, \u00e9\r\n`;
  await clients(running.ready()).iam.send(new UpdateRoleCommand({ RoleName: "app", Description }));
});

const ask = (...args: string[]) => rolemint(["role", ...args, "--ready", running.readyFile]);
const imds = (name: string) => running.ready().instances[name]!.imds;
const shownRole = async (name: string) => (await metadata(imds(name), ROLES)).text;
const listed = async (name: string) =>
  (await running.control("ListInstances")).Instances.find(({ Name }: any) => Name === name);

async function json(...args: string[]): Promise<any> {
  const { code, stdout, stderr } = await ask(...args, "--json");
  expect({ args, code, stderr }).toEqual({ args, code: 0, stderr: "" });
  return JSON.parse(stdout);
}

async function whoIs(name: string): Promise<string> {
  const { sts } = clients(running.ready(), await keysOf(imds(name)));
  return (await sts.send(new GetCallerIdentityCommand({}))).Arn!;
}

test("swap shows the other role's credentials at once, and the keys of the one before live on", async () => {
  const old = await keysOf(imds("job"));
  // It has no instance profile yet, and gets one of its name.
  const answer = { version: 1, instance: "job", role: "loner", instanceProfile: "loner" };
  expect(await json("swap", "job", "loner")).toEqual(answer);
  expect(await shownRole("job")).toBe("loner");
  expect(await whoIs("job")).toMatch(/assumed-role\/loner\//);
  const { sts } = clients(running.ready(), old);
  expect((await sts.send(new GetCallerIdentityCommand({}))).Arn).toMatch(/assumed-role\/other\//);
  expect(await json("swap", running.ready().instances["job"]!.instanceId, "other")).toMatchObject({ role: "other" });
  expect(await shownRole("job")).toBe("other");
});

test("attach and detach give a role and take it", async () => {
  expect((await metadata(imds("bare"), ROLES)).status).toBe(404);
  expect(await json("attach", "bare", "other")).toMatchObject({ version: 1, instance: "bare", role: "other" });
  expect(await shownRole("bare")).toBe("other");
  expect(await json("detach", "bare")).toEqual({ version: 1, instance: "bare" });
  expect((await metadata(imds("bare"), ROLES)).status).toBe(404);
  expect(await listed("bare")).not.toHaveProperty("InstanceProfileArn");
});

test("a profile of the role's name that holds nothing is filled", async () => {
  const lone = await start({ config: "version: 1\nroles: { app: {} }\ninstances: { web: {} }\n" });
  const { iam } = clients(lone.ready());
  await iam.send(new CreateInstanceProfileCommand({ InstanceProfileName: "app" }));
  const { code } = await rolemint(["role", "attach", "web", "app", "--ready", lone.readyFile]);
  const { InstanceProfile } = await iam.send(new GetInstanceProfileCommand({ InstanceProfileName: "app" }));
  expect({ code, roles: InstanceProfile!.Roles!.map(({ RoleName }) => RoleName) }).toEqual({ code: 0, roles: ["app"] });
});

test.concurrent.each([
  { args: ["swap", "bare", "other"], code: 1, says: /bare has no role.*role attach bare other/ },
  { args: ["attach", "web", "other"], code: 1, says: /web has a role.*role swap web other/ },
  { args: ["detach", "bare"], code: 1, says: /bare has no role/ },
  { args: ["swap", "web", "nobody"], code: 2, says: /NoSuchEntity.*nobody/ },
  { args: ["swap", "nobody", "other"], code: 2, says: /nobody/ },
  { args: ["attach", "bare", "n/a"], code: 1, says: /ValidationError/ },
  { args: ["recreate", "nobody"], code: 2, says: /NoSuchEntity.*nobody/ },
  { args: ["recreate", "../app"], code: 2, says: /\.\.\/app/ },
  { args: ["recreate"], code: 2, says: /role recreate --help/ },
  { args: [], code: 2, says: /role --help/ },
  { args: ["swop", "web", "app"], code: 2, says: /swop.*swap/ },
])("role $args is refused in one sentence: exit $code", async ({ args, code, says }) => {
  const { stdout, stderr, ...end } = await ask(...args);
  expect({ code: end.code, stdout }).toEqual({ code, stdout: "" });
  expect(stderr).toMatch(/^[^\n]+\n$/);
  expect(stderr).toMatch(says);
});

test("where the AWS APIs cannot be reached it says what to do", async () => {
  const readyFile = join(directory(), "ready.json");
  writeFileSync(readyFile, JSON.stringify({ ...running.ready(), endpoints: through("http://127.0.0.1:1"), pid: null }));
  const { code, stderr } = await rolemint(["role", "detach", "web", "--ready", readyFile]);
  expect({ code, stderr }).toEqual({
    code: 3,
    stderr: expect.stringMatching(/^[^\n]*127\.0\.0\.1:1 [^\n]*rolemint connect[^\n]*docker compose exec[^\n]*\n$/),
  });
});

const through = (aws: string) => ({ ...running.ready().endpoints, aws });

/** All that a role is and has. */
async function wholeRole(RoleName: string) {
  const { iam } = clients(running.ready());
  const { Role } = await iam.send(new GetRoleCommand({ RoleName }));
  const { RoleId, CreateDate, RoleLastUsed, ...rest } = Role!;
  const { PolicyNames } = await iam.send(new ListRolePoliciesCommand({ RoleName }));
  const inline = PolicyNames!.map((PolicyName) => iam.send(new GetRolePolicyCommand({ RoleName, PolicyName })));
  const { AttachedPolicies } = await iam.send(new ListAttachedRolePoliciesCommand({ RoleName }));
  const { InstanceProfiles } = await iam.send(new ListInstanceProfilesForRoleCommand({ RoleName }));
  return {
    id: RoleId!,
    rest,
    inline: (await Promise.all(inline)).map(({ PolicyName, PolicyDocument }) => [PolicyName, PolicyDocument]),
    attached: AttachedPolicies!.map(({ PolicyArn }) => PolicyArn),
    profiles: InstanceProfiles!.map(({ InstanceProfileId }) => InstanceProfileId),
  };
}

test("recreate makes the role anew with all it had; old sessions are refused, the next are good", async () => {
  const before = await wholeRole("app");
  const old = await keysOf(imds("web"));
  const answer = await json("recreate", "app");
  const after = await wholeRole("app");
  expect(after).toEqual({ ...before, id: expect.stringMatching(/^AROA/) });
  expect(after.id).not.toBe(before.id);
  expect(answer).toEqual({
    version: 1,
    role: "app",
    before: before.id,
    roleId: after.id,
    instanceProfiles: ["app"],
  });
  const { sts } = clients(running.ready(), old);
  await expect(sts.send(new GetCallerIdentityCommand({}))).rejects.toThrow();
  await running.control("RotateCredentials", { Instance: "web" });
  expect(await whoIs("web")).toMatch(/assumed-role\/app\//);
  expect(readdirSync(dirname(running.readyFile))).toEqual(["ready.json"]);
});

test("a role that is named by other letters stays as it is written", async () => {
  expect(await json("recreate", "LONER")).toMatchObject({ role: "loner" });
  expect((await wholeRole("loner")).rest).toMatchObject({ RoleName: "loner" });
  expect(await json("swap", "job", "LONER")).toMatchObject({ role: "loner", instanceProfile: "loner" });
  expect(await json("swap", "job", "Other")).toMatchObject({ role: "other", instanceProfile: "other" });
});

test("two at once make it anew", async () => {
  const [one, other] = await Promise.all([ask("recreate", "loner"), ask("recreate", "loner")]);
  expect([one.code, other.code]).toContain(0);
  expect([one.stderr, other.stderr].join("")).not.toMatch(/ENOENT/);
  expect(await ask("recreate", "loner")).toMatchObject({ code: 0 });
});

test("a role that trusts itself is made anew as well", async () => {
  const arn = "arn:aws:iam::111122223333:role/loner";
  const Statement = [{ Effect: "Allow", Principal: { AWS: arn }, Action: "sts:AssumeRole" }];
  const PolicyDocument = JSON.stringify({ Version: "2012-10-17", Statement });
  const { iam } = clients(running.ready());
  await iam.send(new UpdateAssumeRolePolicyCommand({ RoleName: "loner", PolicyDocument }));
  const before = await wholeRole("loner");
  await json("recreate", "loner");
  const after = await wholeRole("loner");
  expect(after).toEqual({ ...before, id: after.id });
});

test("a trust that could not be put again is refused before anything is gone", async () => {
  const { iam } = clients(running.ready());
  const trusting = (name: string) => {
    const Principal = { AWS: `arn:aws:iam::111122223333:role/${name}` };
    const Statement = [{ Effect: "Allow", Principal, Action: "sts:AssumeRole" }];
    return { RoleName: "loner", PolicyDocument: JSON.stringify({ Version: "2012-10-17", Statement }) };
  };
  await iam.send(new UpdateAssumeRolePolicyCommand(trusting("other")));
  await json("recreate", "other");
  // It names the role that was, by its id.
  const before = await wholeRole("loner");
  expect(before.rest.AssumeRolePolicyDocument).toMatch(/AROA/);
  expect(await ask("recreate", "loner")).toMatchObject({ code: 1, stderr: expect.stringMatching(/Invalid principal/) });
  expect(await wholeRole("loner")).toEqual(before);
});

test("killed at any of its calls, the same command goes on, and the role is whole", async () => {
  const before = await wholeRole("app");
  for (let call = 1; ; call++) {
    const readyFile = join(directory(), "ready.json");
    const front = await deadlyFront(call);
    writeFileSync(readyFile, JSON.stringify({ ...running.ready(), endpoints: through(front.url) }));
    // IAM finds it by other letters too, as long as it is there.
    const args = ["role", "recreate", ["app", "APP"][call % 2]!, "--ready", readyFile];
    const victim = launch(ROLEMINT, args);
    front.victim(victim.process);
    const { signal } = await victim.ended;
    front.close();
    if (signal === null) {
      // It made fewer calls than that.
      expect(call).toBeGreaterThan(15);
      break;
    }
    const again = await rolemint(args.with(-1, healed(readyFile)));
    expect({ call, code: again.code, stderr: again.stderr }).toEqual({ call, code: 0, stderr: "" });
    expect(await wholeRole("app")).toEqual({ ...before, id: expect.any(String) });
    expect(readdirSync(dirname(readyFile))).toEqual(["ready.json"]);
  }
}, 120_000);

/** The same place, with the front that is no trap. */
function healed(readyFile: string): string {
  const ready = JSON.parse(readFileSync(readyFile, "utf8"));
  writeFileSync(readyFile, JSON.stringify({ ...ready, endpoints: running.ready().endpoints }));
  return readyFile;
}

/** Passes calls on; at the nth the caller is killed, now before the call is served, now after. */
async function deadlyFront(nth: number) {
  let calls = 0;
  let kill = () => {};
  const server = createServer((incoming, outgoing: ServerResponse) => {
    calls++;
    const isLast = calls === nth;
    if (isLast && nth % 2 === 0) return kill();
    const { method, url, headers } = incoming;
    const passed = request(running.ready().endpoints.aws, { method, path: url, headers }, (answer) => {
      if (isLast) return kill();
      outgoing.writeHead(answer.statusCode!, answer.headers);
      answer.pipe(outgoing);
    });
    incoming.pipe(passed);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    victim(child: { kill(signal: "SIGKILL"): boolean }) {
      kill = () => void child.kill("SIGKILL");
    },
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}
