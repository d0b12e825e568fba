// Numbers of versions are never used again, deleted or not.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreatePolicyVersion.html
import { boolean, defaulted, required, struct } from "@rolemint/wire";
import { action } from "./action.ts";
import { onPolicy } from "./needs.ts";
import { checkPolicyText, policyToChange } from "./policies.ts";
import { Arn, PolicyText, PolicyVersion } from "./shapes.ts";
import { versionView } from "./views.ts";

const MAX_VERSIONS = 5;

export const CreatePolicyVersion = action({
  name: "CreatePolicyVersion",
  input: struct({
    PolicyArn: required(Arn),
    PolicyDocument: required(PolicyText),
    SetAsDefault: defaulted(boolean(), false),
  }),
  output: struct({ PolicyVersion: required(PolicyVersion) }),
  errors: [
    "AccessDenied",
    "InvalidInput",
    "LimitExceeded",
    "MalformedPolicyDocument",
    "NoSuchEntity",
    "ValidationError",
  ],
  needs: ({ world, input }) => [onPolicy("iam:CreatePolicyVersion", world, input.PolicyArn)],
  handle({ world, account, input, caller, now, fail }) {
    const change = { action: "iam:CreatePolicyVersion", world, account, caller, arn: input.PolicyArn, fail };
    const before = policyToChange(change, "does not exist or is not attachable.");
    checkPolicyText(input.PolicyDocument, fail);
    if (before.versions.length >= MAX_VERSIONS) {
      const most = `A managed policy can have up to ${MAX_VERSIONS} versions.`;
      throw fail("LimitExceeded", `${most} Before you create a new version, you must delete an existing version.`);
    }
    const version = { id: `v${before.nextVersion}`, text: input.PolicyDocument, created: now };
    const policy = account.policies.put({
      ...before,
      updated: now,
      nextVersion: before.nextVersion + 1,
      defaultVersion: input.SetAsDefault ? version.id : before.defaultVersion,
      versions: [...before.versions, version],
    });
    return { PolicyVersion: versionView(policy, version) };
  },
});
