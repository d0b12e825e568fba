// A process of the tests that changes a world without end until it is killed. It says on its output that it is loaded,
// waits for a line of input, and then says, a line each, what was acknowledged. Argument: the state directory.
import { writeSync } from "node:fs";
import { createInterface } from "node:readline";
import type { Principal } from "@rolemint/authority";
import { hostClock, hostEntropy } from "@rolemint/host";
import { iamArn } from "./arn.ts";
import { localAuthority } from "./authority.ts";
import { addInstance, associate, instancesCalled, terminate } from "./instances.ts";
import type { Generation } from "./rows.ts";
import { openWorld, type World } from "./world.ts";

const ACCOUNT = "111122223333";
const TRUST = JSON.stringify({
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Principal: { Service: "ec2.amazonaws.com" }, Action: "sts:AssumeRole" }],
});
const ROOT: Principal = {
  Type: "Account",
  AccountId: ACCOUNT,
  Arn: `arn:aws:iam::${ACCOUNT}:root`,
  PrincipalArn: `arn:aws:iam::${ACCOUNT}:root`,
  UserId: ACCOUNT,
  AccessKeyId: "AKIAEXAMPLE",
  Tags: [],
  TransitiveTagKeys: [],
};
const CALLER = { Principal: ROOT, SourceIp: "192.0.2.1", RequestId: "r" };

/** What change number `n` does: six kinds in turn, each several writes, later ones on what earlier ones made. */
function doChange(world: World, n: number): string {
  const account = world.account(ACCOUNT);
  const authority = localAuthority(world);
  switch (n % 6) {
    case 0:
      return makeRole(world, `app-${n}`);
    case 1: {
      const tags = [{ Key: "Name", Value: `web-${n}` }];
      const instance = addInstance(world, { reservationId: world.ids.hex17("r-"), launchIndex: 0, tags });
      const profile = account.instanceProfiles.get(`app-${n - 1}`)!;
      return issued(world.rotation.issueNow(associate(world, instance, profile)));
    }
    case 2:
      return issued(world.rotation.issueNow(instancesCalled(world, `web-${n - 1}`)[0]!));
    case 3:
      void authority.createBucket({ Name: `bucket-${n}`, Caller: CALLER });
      return `bucket-${n}`;
    case 4: {
      const profile = account.instanceProfiles.get(`app-${n - 4}`)!;
      return issued(world.rotation.issueNow(associate(world, instancesCalled(world, `web-${n - 3}`)[0]!, profile)));
    }
    default:
      for (const Step of ["mark", "remove"] as const) {
        void authority.deleteBucket({ Name: `bucket-${n - 2}`, Step, Caller: CALLER });
      }
      world.rotation.unschedule(terminate(world, instancesCalled(world, `web-${n - 4}`)[0]!));
      return "removed";
  }
}

function makeRole(world: World, name: string): string {
  const account = world.account(ACCOUNT);
  const named = { accountId: ACCOUNT, name, path: "/", created: world.now(), tags: [] };
  const role = account.roles.put({
    ...named,
    id: world.ids.unique("AROA", ACCOUNT),
    arn: iamArn(ACCOUNT, "role", "/", name),
    trust: TRUST,
    trustedIds: {},
    maxSessionSeconds: 3600,
    attached: [],
    inline: {},
  });
  const arn = iamArn(ACCOUNT, "instance-profile", "/", name);
  account.instanceProfiles.put({ ...named, id: world.ids.unique("AIPA", ACCOUNT), arn, roleName: name });
  return role.id;
}

function issued(generation: Generation | undefined): string {
  return `${generation!.instanceId}/${generation!.number}/${generation!.keys[0]!.accessKeyId}`;
}

writeSync(1, "loaded\n");
createInterface({ input: process.stdin }).once("line", () => {
  const world = openWorld({
    state: process.argv[2]!,
    accountId: ACCOUNT,
    region: "us-east-1",
    clock: hostClock,
    entropy: hostEntropy,
    pid: process.pid,
  });
  for (let n = Number(world.store.setting("changes") ?? "0"); ; n++) {
    const facts = world.change(() => {
      world.store.putSetting("changes", String(n + 1));
      return doChange(world, n);
    });
    writeSync(1, `${n} ${facts} ${world.revision()}\n`);
  }
});
