// `rolemint revoke`: what the IAM console's "Revoke active sessions" does. Sessions are dated by whole seconds, so it waits
// for the next one: then all that began before the command are denied, and none that begins after it.
import { setTimeout as pause } from "node:timers/promises";
import { wholeSeconds } from "@rolemint/host";
import { REVOKING_POLICY as POLICY, revokingDocument } from "@rolemint/policy/revoking";
import { type AwsApis, awsApis } from "../aws-call.ts";
import { type OutputFlags, outputFor } from "../output.ts";
import { findRunning, type WhereFlags, worldClock } from "../running.ts";

export async function revoke(role: string, flags: WhereFlags & OutputFlags): Promise<void> {
  const ready = findRunning(flags);
  const apis = await awsApis(ready);
  const first = wholeSeconds(apis.worldTime());
  await nextSecond(apis, first);
  // Looked at anew: it may have been moved meanwhile, and stopped.
  const second = wholeSeconds((await worldClock(ready)).timeMs);
  const before = new Date(second).toISOString().replace(".000Z", "Z");
  const PolicyDocument = revokingDocument(before);
  await apis.call("iam", "PutRolePolicy", { RoleName: role, PolicyName: POLICY, PolicyDocument });
  const output = outputFor(flags);
  const text = `sessions of ${role} that began before ${before} are denied everything, by its inline policy ${POLICY}`;
  output.result(text, { version: 1, role, policy: POLICY, before });
  if (second === first) output.text("The world's clock hardly moves: sessions of this very second are not denied");
  output.text("An instance goes on showing its old credentials until the next rotation, or `rolemint rotate INSTANCE`");
}

/** Resolves in the world's next whole second, or where that takes more than one of the host's, after that. */
async function nextSecond({ worldTime }: AwsApis, first: number): Promise<void> {
  for (let waited = 0; waited <= 1000 && wholeSeconds(worldTime()) === first; waited += 25) await pause(25);
}
