// Takes effect at once, for sessions that are out as well.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_SetDefaultPolicyVersion.html
import { required, struct } from "@rolemint/wire";
import { action } from "./action.ts";
import { onPolicy } from "./needs.ts";
import { versionToChange } from "./policies.ts";
import { Arn, VersionId } from "./shapes.ts";

export const SetDefaultPolicyVersion = action({
  name: "SetDefaultPolicyVersion",
  input: struct({ PolicyArn: required(Arn), VersionId: required(VersionId) }),
  output: struct({}),
  errors: ["AccessDenied", "InvalidInput", "NoSuchEntity", "ValidationError"],
  needs: ({ world, input }) => [onPolicy("iam:SetDefaultPolicyVersion", world, input.PolicyArn)],
  handle({ world, account, input, caller, fail }) {
    const change = { action: "iam:SetDefaultPolicyVersion", world, account, caller, arn: input.PolicyArn, fail };
    const { policy, version } = versionToChange(change, input.VersionId);
    account.policies.put({ ...policy, defaultVersion: version.id });
    return {};
  },
});
