// Minting the keys of one generation, and recording that EC2 took the role for them.
import { placeOf } from "./instances.ts";
import type { Instance, KeySet, Role } from "./rows.ts";
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
  const accessKeyId = world.ids.accessKey("ASIA", instance.accountId);
  const { vpcId, privateIp } = placeOf(world, instance);
  const { token, secret } = world.sealer.seal({
    accessKeyId,
    accountId: instance.accountId,
    roleId: role.id,
    roleName: role.name,
    sessionName: instance.id,
    issued,
    expires,
    instance: { id: instance.id, delivery, generation: number, vpc: vpcId, ip: privateIp },
  });
  return { delivery, accessKeyId, secret, token };
}

/** EC2's own AssumeRole in the trail, and the issue in the timeline, both at `time`. */
export function recordIssue(world: World, minting: Minting, set: KeySet, time: number): void {
  const { instance, role, number, expires } = minting;
  const { accessKeyId, token } = set;
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
    requestId: world.ids.uuid(),
    sharedEventId: world.ids.uuid(),
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
    },
  ]);
}
