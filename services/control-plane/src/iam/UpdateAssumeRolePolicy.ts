// https://docs.aws.amazon.com/IAM/latest/APIReference/API_UpdateAssumeRolePolicy.html
import { required, struct } from "@rolemint/wire";
import { principalIdsOf } from "@rolemint/world";
import { action } from "./action.ts";
import { findRole } from "./lookup.ts";
import { onRole } from "./needs.ts";
import { PolicyText, RoleName } from "./shapes.ts";
import { trustPolicyProblem } from "./trust.ts";

export const UpdateAssumeRolePolicy = action({
  name: "UpdateAssumeRolePolicy",
  input: struct({ RoleName: required(RoleName), PolicyDocument: required(PolicyText) }),
  output: struct({}),
  errors: ["LimitExceeded", "MalformedPolicyDocument", "NoSuchEntity"],
  needs: ({ account, input }) => [onRole("iam:UpdateAssumeRolePolicy", account, input.RoleName)],
  handle({ world, account, input, fail }) {
    const role = findRole(account, input.RoleName, fail);
    const trust = input.PolicyDocument;
    const problem = trustPolicyProblem(world, trust);
    if (problem) throw fail(problem.code, problem.message);
    account.roles.put({ ...role, trust, trustedIds: principalIdsOf(world, trust) });
    return {};
  },
});
