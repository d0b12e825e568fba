// The inline policy by which the IAM console revokes a role's active sessions: everything is denied to those that were
// issued before a time. A refusal says AccessDenied, not that a token expired, and new credentials are not concerned.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_revoke-sessions.html

export const REVOKING_POLICY = "AWSRevokeOlderSessions";

/** As the console writes it. `before` is ISO 8601. */
export function revokingDocument(before: string): string {
  const Condition = { DateLessThan: { "aws:TokenIssueTime": before } };
  const Statement = [{ Effect: "Deny", Action: ["*"], Resource: ["*"], Condition }];
  return JSON.stringify({ Version: "2012-10-17", Statement }, undefined, 4);
}
