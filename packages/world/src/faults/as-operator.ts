// Faults that do what on AWS somebody does with a call: such a call stands in the trail, as the operator's, who is the
// account's root user.
import { rootPrincipal } from "../identify.ts";
import type { Instance } from "../rows.ts";
import { userIdentityOf, userNameOf } from "../trail.ts";
import type { World } from "../world.ts";

/** Inside the change that the call stands for. Parameters and elements are as CloudTrail writes them. */
export function recordCall(
  world: World,
  service: "ec2" | "iam",
  eventName: string,
  requestParameters: object,
  responseElements?: object,
): void {
  const [key] = world.account(world.accountId).accessKeysOf();
  const principal = key && rootPrincipal(key);
  const root = { type: "Root", principalId: world.accountId, accountId: world.accountId };
  world.trail.add({
    time: world.now(),
    region: world.region,
    accountId: world.accountId,
    eventSource: `${service}.amazonaws.com`,
    eventName,
    readOnly: false,
    identity: principal ? userIdentityOf(principal) : root,
    userName: principal ? userNameOf(principal) : "root",
    accessKeyId: key?.id,
    sourceIp: "127.0.0.1",
    userAgent: "rolemint",
    requestId: world.ids.uuid(),
    requestParameters,
    responseElements,
  });
}

/** `iamInstanceProfileAssociation` of EC2's answers. */
export function associationElements({ id, association }: Instance, state: "associating" | "disassociating"): object {
  const { id: associationId, profileArn: arn, profileId } = association!;
  const iamInstanceProfile = { arn, id: profileId };
  return { iamInstanceProfileAssociation: { associationId, instanceId: id, iamInstanceProfile, state } };
}
