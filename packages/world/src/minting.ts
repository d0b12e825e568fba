// Minting the keys of one generation, and recording that EC2 took the role for them.
import { type Entropy, streamOf } from "@rolemint/host";
import { type Ids, makeIds } from "./ids.ts";
import { placeOf } from "./instances.ts";
import type { Instance, KeySet, Role } from "./rows.ts";
import type { Session } from "./sessions.ts";
import { trailExpiration } from "./trail.ts";
import type { World } from "./world.ts";

/** What one generation's keys are made of. Times in milliseconds of world time. */
export interface Minting {
  readonly instance: Instance;
  readonly role: Role;
  readonly number: number;
  readonly issued: number;
  readonly expires: number;
}

/** The keys for callers without ("1.0") or with ("2.0") a metadata token. */
export function mintKeys(world: World, minting: Minting, delivery: "1.0" | "2.0"): KeySet {
  const { instance, role, number, issued, expires } = minting;
  const { entropy, ids } = streamFor(world, minting, delivery);
  const accessKeyId = ids.accessKey("ASIA", instance.accountId);
  const { vpcId, privateIp } = placeOf(world, instance);
  const session: Session = {
    accessKeyId,
    accountId: instance.accountId,
    roleId: role.id,
    roleName: role.name,
    sessionName: instance.id,
    issued,
    expires,
    instance: { id: instance.id, delivery, generation: number, vpc: vpcId, ip: privateIp },
  };
  const { token, secret } = world.sealer.seal(session, entropy);
  return { delivery, accessKeyId, secret, token };
}

/** What is drawn for a generation, whatever is drawn before and beside it. The role's id is another after a reset. */
function streamFor(world: World, { instance, role, number }: Minting, use: string): { entropy: Entropy; ids: Ids } {
  const entropy = streamOf(world.entropy, `${instance.id} ${role.id} ${number} ${use}`);
  return { entropy, ids: entropy === world.entropy ? world.ids : makeIds(entropy) };
}

/** EC2's own AssumeRole in the trail, and the issue in the timeline, both at `time`. */
export function recordIssue(world: World, minting: Minting, set: KeySet, time: number): void {
  const { instance, role, number, expires } = minting;
  const { accessKeyId, token } = set;
  const { ids } = streamFor(world, minting, `issue ${set.delivery}`);
  world.trail.add({
    time,
    region: world.region,
    accountId: instance.accountId,
    eventSource: "sts.amazonaws.com",
    eventName: "AssumeRole",
    readOnly: true,
    identity: { type: "AWSService", invokedBy: "ec2.amazonaws.com" },
    sourceIp: "ec2.amazonaws.com",
    userAgent: "ec2.amazonaws.com",
    requestId: ids.uuid(),
    sharedEventId: ids.uuid(),
    requestParameters: { roleArn: role.arn, roleSessionName: instance.id },
    responseElements: {
      credentials: { accessKeyId, sessionToken: token, expiration: trailExpiration(expires) },
    },
    resources: [{ type: "AWS::IAM::Role", arn: role.arn }],
  });
  world.note([
    {
      Time: time,
      Kind: "issue",
      Instance: instance.id,
      Generation: number,
      AccessKeyId: accessKeyId,
      Service: "sts",
      Action: "AssumeRole",
      Resource: role.arn,
      Expiration: expires,
    },
  ]);
}
