// `rolemint revoke`: what the IAM console's "Revoke active sessions" does. Sessions are dated by whole seconds, so it waits
// for the next one: then all that began before the command are denied, and none that begins after it.
import { setTimeout as pause } from "node:timers/promises";
import { wholeSeconds } from "@rolemint/host";
import { REVOKING_POLICY as POLICY, revokingDocument } from "@rolemint/policy/revoking";
import { type AwsApis, awsApis } from "../aws-call.ts";
import { type OutputFlags, outputFor } from "../output.ts";
import { findRunning, type WhereFlags } from "../running.ts";

export async function revoke(role: string, flags: WhereFlags & OutputFlags): Promise<void> {
  const apis = await awsApis(findRunning(flags));
  const second = await nextSecond(apis);
  const before = new Date(second ?? wholeSeconds(apis.worldTime())).toISOString().replace(".000Z", "Z");
  const PolicyDocument = revokingDocument(before);
  await apis.call("iam", "PutRolePolicy", { RoleName: role, PolicyName: POLICY, PolicyDocument });
  const output = outputFor(flags);
  const text = `sessions of ${role} that began before ${before} are denied everything, by its inline policy ${POLICY}`;
  output.result(text, { version: 1, role, policy: POLICY, before });
  if (second === undefined) output.text("The world's clock hardly moves: sessions of this very second are not denied");
  output.text("An instance goes on showing its old credentials until the next rotation, or `rolemint rotate INSTANCE`");
}

/** The world's next whole second once it has begun; undefined where that takes more than one of the host's. */
async function nextSecond({ worldTime }: AwsApis): Promise<number | undefined> {
  const first = wholeSeconds(worldTime());
  for (let waited = 0; waited <= 1000; waited += 25) {
    const now = wholeSeconds(worldTime());
    if (now > first) return now;
    await pause(25);
  }
  return undefined;
}
