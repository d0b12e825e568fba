// `rolemint revoke`: what the IAM console's "Revoke active sessions" does, an inline policy of AWS's own that denies all
// to sessions that began before now.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_revoke-sessions.html
import { wholeSeconds } from "@rolemint/host";
import { awsApis } from "../aws-call.ts";
import { type OutputFlags, outputFor } from "../output.ts";
import { findRunning, type WhereFlags } from "../running.ts";

const POLICY = "AWSRevokeOlderSessions";

export async function revoke(role: string, flags: WhereFlags & OutputFlags): Promise<void> {
  const apis = await awsApis(findRunning(flags));
  const before = new Date(wholeSeconds(apis.worldTime())).toISOString().replace(".000Z", "Z");
  const document = {
    Version: "2012-10-17",
    Statement: [
      {
        Effect: "Deny",
        Action: ["*"],
        Resource: ["*"],
        Condition: { DateLessThan: { "aws:TokenIssueTime": before } },
      },
    ],
  };
  const PolicyDocument = JSON.stringify(document);
  await apis.call("iam", "PutRolePolicy", { RoleName: role, PolicyName: POLICY, PolicyDocument });
  const output = outputFor(flags);
  const text = `sessions of ${role} that began before ${before} are denied everything, by its inline policy ${POLICY}`;
  output.result(text, { version: 1, role, policy: POLICY, before });
  output.text("An instance goes on showing its old credentials until the next rotation, or `rolemint rotate INSTANCE`");
}
