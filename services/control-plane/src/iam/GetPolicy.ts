// https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetPolicy.html
import { required, struct } from "@rolemint/wire";
import { action } from "./action.ts";
import { findPolicy } from "./lookup.ts";
import { onPolicy } from "./needs.ts";
import { policyUses } from "./policies.ts";
import { Arn, Policy } from "./shapes.ts";
import { policyView } from "./views.ts";

export const GetPolicy = action({
  name: "GetPolicy",
  input: struct({ PolicyArn: required(Arn) }),
  output: struct({ Policy: required(Policy) }),
  errors: ["InvalidInput", "NoSuchEntity", "ValidationError"],
  needs: ({ world, input }) => [onPolicy("iam:GetPolicy", world, input.PolicyArn)],
  handle({ world, account, input, fail }) {
    const policy = findPolicy(world, account, input.PolicyArn, fail, "was not found.");
    const view = policyView(policy, policyUses(account)(policy.arn));
    return { Policy: { ...view, Description: policy.description, Tags: [...policy.tags] } };
  },
});
