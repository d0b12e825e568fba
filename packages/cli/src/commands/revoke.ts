// `rolemint revoke`: what the IAM console's "Revoke active sessions" does.
import { wholeSeconds } from "@rolemint/host";
import { REVOKING_POLICY as POLICY, revokingDocument } from "@rolemint/policy/revoking";
import { awsApis } from "../aws-call.ts";
import { type OutputFlags, outputFor } from "../output.ts";
import { findRunning, type WhereFlags } from "../running.ts";

export async function revoke(role: string, flags: WhereFlags & OutputFlags): Promise<void> {
  const apis = await awsApis(findRunning(flags));
  const before = new Date(wholeSeconds(apis.worldTime())).toISOString().replace(".000Z", "Z");
  const PolicyDocument = revokingDocument(before);
  await apis.call("iam", "PutRolePolicy", { RoleName: role, PolicyName: POLICY, PolicyDocument });
  const output = outputFor(flags);
  const text = `sessions of ${role} that began before ${before} are denied everything, by its inline policy ${POLICY}`;
  output.result(text, { version: 1, role, policy: POLICY, before });
  output.text("An instance goes on showing its old credentials until the next rotation, or `rolemint rotate INSTANCE`");
}
