// `make demo`: an instance profile from end to end. A simulator, an application that knows nothing of it, and the
// operator who gives the application's instance a role, all as separate programs that speak AWS's APIs.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CloudTrailClient, LookupEventsCommand } from "@aws-sdk/client-cloudtrail";
import { AssociateIamInstanceProfileCommand, EC2Client } from "@aws-sdk/client-ec2";
import {
  AddRoleToInstanceProfileCommand,
  AttachRolePolicyCommand,
  CreateInstanceProfileCommand,
  CreateRoleCommand,
  IAMClient,
  PutRolePolicyCommand,
} from "@aws-sdk/client-iam";
import { aside, call, good, refused, title, waiting } from "./narrator.ts";
import { type App, type Simulator, startApp, startSimulator } from "./programs.ts";

const RoleName = "web-role";
const TRUST = {
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Principal: { Service: "ec2.amazonaws.com" }, Action: "sts:AssumeRole" }],
};
const MAY_WRITE = {
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Action: "s3:PutObject", Resource: "arn:aws:s3:::demo/reports/*" }],
};

const folder = mkdtempSync(join(tmpdir(), "rolemint-demo-"));
try {
  console.log("rolemint: an instance profile, from end to end. No AWS account, no internet, no Docker.");
  const simulator = await waiting("starting the simulator", startSimulator(join(folder, "ready.json")));
  try {
    const app = startApp(simulator);
    try {
      await play(simulator, app);
    } finally {
      await app.end();
    }
  } finally {
    await simulator.end();
  }
} finally {
  rmSync(folder, { recursive: true });
}

async function play(simulator: Simulator, app: App): Promise<void> {
  await giveRole(simulator);
  await useRole(app);
  await refuseAndAllow(simulator, app);
  const oldKey = await rotate(simulator, app);
  await expire(simulator, app, oldKey);
  await goAway(simulator, app);
  await showTrail(simulator);
}

async function giveRole(simulator: Simulator): Promise<void> {
  const iam = new IAMClient(simulator.operator);
  const ec2 = new EC2Client(simulator.operator);
  title("The operator gives the running instance web a role");
  call(`iam:CreateRole ${RoleName}, which ec2.amazonaws.com may assume`);
  await iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: JSON.stringify(TRUST) }));
  const PolicyArn = "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess";
  call("iam:AttachRolePolicy AmazonS3ReadOnlyAccess");
  await iam.send(new AttachRolePolicyCommand({ RoleName, PolicyArn }));
  call(`iam:CreateInstanceProfile, iam:AddRoleToInstanceProfile`);
  await iam.send(new CreateInstanceProfileCommand({ InstanceProfileName: RoleName }));
  await iam.send(new AddRoleToInstanceProfileCommand({ InstanceProfileName: RoleName, RoleName }));
  call(`ec2:AssociateIamInstanceProfile with ${simulator.instanceId}`);
  const { IamInstanceProfileAssociation: association } = await ec2.send(
    new AssociateIamInstanceProfileCommand({
      InstanceId: simulator.instanceId,
      IamInstanceProfile: { Name: RoleName },
    }),
  );
  good(`${association?.AssociationId} is ${association?.State}; every call was signed and checked`);
}

async function useRole(app: App): Promise<void> {
  title("An unmodified SDK program on that instance uses it");
  aside("its environment holds no key: the SDK asks the instance metadata service (IMDSv2) for credentials");
  const { Arn } = (await app.ask("whoami")) as { Arn: string };
  good(`sts:GetCallerIdentity says ${Arn}`);
  good(`s3:ListBucket shows ${((await app.ask("list")) as string[]).join(", ")}`);
  good(`s3:GetObject hello.txt reads "${await app.ask("read")}"`);
}

async function refuseAndAllow(simulator: Simulator, app: App): Promise<void> {
  title("A write is refused, the policy changes, the same write passes");
  const { error, message } = await app.refusal("write");
  refused(`${error}: ${message}`);
  const iam = new IAMClient(simulator.operator);
  call("iam:PutRolePolicy may-write-reports");
  const PolicyDocument = JSON.stringify(MAY_WRITE);
  await iam.send(new PutRolePolicyCommand({ RoleName, PolicyName: "may-write-reports", PolicyDocument }));
  good(`the same program, not restarted, writes: ETag ${await app.ask("write")}`);
}

/** Gives the key that the program has left behind. */
async function rotate(simulator: Simulator, app: App): Promise<string> {
  title("The credentials rotate, and the program goes on");
  aside(
    "this world renews them every 5 s and lets each live for 4 minutes; EC2 renews hourly and lets them live for 6 h",
  );
  const oldKey = (await app.ask("hold")) as string;
  const before = await simulator.generation();
  good(`generation ${before.Generation} is out, key ${before.AccessKeyId}`);
  const after = await waiting("waiting for the next generation", nextGeneration(simulator, before.Generation));
  good(`generation ${after.Generation} is out, key ${after.AccessKeyId}, and nobody asked for it`);
  aside(
    "with less than 5 minutes left, the SDK for JavaScript signs with what it has and fetches anew, for every call",
  );
  good(`the program signs with ${await otherKey(app, oldKey)} now`);
  good(`its old key ${oldKey} works until its own end: a client that kept it lists ${await app.ask("held")} objects`);
  return oldKey;
}

async function expire(simulator: Simulator, app: App, oldKey: string): Promise<void> {
  title("An expired key is refused as AWS refuses it");
  call(`control API: ExpireCredentials ${oldKey}`);
  await simulator.control("ExpireCredentials", { AccessKeyId: oldKey });
  const { error, message } = await app.refusal("held");
  refused(`the client that kept it gets ${error}: ${message}`);
  good(`the program, which asks the metadata service, reads on: "${await app.ask("read")}"`);
}

async function goAway(simulator: Simulator, app: App): Promise<void> {
  title("The metadata service goes away, and the program survives it");
  const heldKey = await app.ask("key");
  call("control API: PutFault imds.unreachable, for 30 minutes of the world's time");
  const { Fault } = (await simulator.control("PutFault", {
    Name: "imds.unreachable",
    Target: "web",
    For: "30m",
  })) as { Fault: { Id: string } };
  const before = await simulator.generation();
  await waiting("waiting for a rotation that the program cannot see", nextGeneration(simulator, before.Generation));
  good(`the program reads on: "${await app.ask("read")}"; its key ${await app.ask("key")} has minutes left`);
  const { Faults } = (await simulator.control("ListFaults", {})) as { Faults: { Acted: { Times: number }[] }[] };
  aside(`its SDK asked for another ${Faults[0]?.Acted[0]?.Times ?? 0} times meanwhile, and each connection was reset`);
  await simulator.control("DeleteFault", { Id: Fault.Id });
  good(`the service is back, and the program signs with ${await otherKey(app, heldKey as string)}`);
}

async function showTrail(simulator: Simulator): Promise<void> {
  title("Who did all that");
  const trail = new CloudTrailClient(simulator.operator);
  const { Events = [] } = await trail.send(new LookupEventsCommand({ MaxResults: 50 }));
  const counted = new Map<string, number>();
  for (const { CloudTrailEvent, EventName, EventSource, Username } of Events.reverse()) {
    const { userIdentity, errorCode } = JSON.parse(CloudTrailEvent ?? "{}");
    const who = userIdentity.invokedBy ?? Username;
    const what = `${EventSource?.split(".")[0]}:${EventName} by ${who}${errorCode ? ` (${errorCode})` : ""}`;
    counted.set(what, (counted.get(what) ?? 0) + 1);
  }
  call("cloudtrail:LookupEvents has the management events");
  for (const [what, times] of counted) aside(times === 1 ? what : `${what}, ${times} times`);
  const { Events: timeline } = (await simulator.control("ListEvents", { Instance: "web" })) as {
    Events: TimelineEvent[];
  };
  call("control API: ListEvents has the rest, metadata and object calls too; the refusals among them:");
  for (const event of timeline.filter(({ Kind }) => Kind === "refusal")) {
    aside(
      `${event.Time}  ${event.Service}:${event.Action} with ${event.AccessKeyId} (generation ${event.Generation}): ${event.Code}`,
    );
  }
  const kinds = Object.entries(Object.groupBy(timeline, ({ Kind }) => Kind));
  good(`in all ${kinds.map(([kind, events]) => `${events?.length} ${kind}`).join(", ")}`);
}

interface TimelineEvent {
  readonly Time: string;
  readonly Kind: string;
  readonly Service?: string;
  readonly Action?: string;
  readonly AccessKeyId?: string;
  readonly Generation?: number;
  readonly Code?: string;
}

/** The key that the program signs with once its SDK has fetched anew, which it does in the background. */
async function otherKey(app: App, oldKey: string): Promise<string> {
  for (;;) {
    const key = (await app.ask("key")) as string;
    if (key !== oldKey) return key;
    await new Promise((done) => setTimeout(done, 50));
  }
}

async function nextGeneration(simulator: Simulator, after: number) {
  for (;;) {
    const now = await simulator.generation();
    if (now.Generation > after) return now;
    await new Promise((done) => setTimeout(done, 200));
  }
}
