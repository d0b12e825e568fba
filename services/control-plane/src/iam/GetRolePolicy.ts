// https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetRolePolicy.html
import { required, string, struct } from "@rolemint/wire";
import { action } from "./action.ts";
import { roleHolder } from "./holders.ts";
import { getInlinePolicy } from "./inline-policies.ts";
import { onRole } from "./needs.ts";
import { PolicyName, RoleName } from "./shapes.ts";

export const GetRolePolicy = action({
  name: "GetRolePolicy",
  input: struct({ RoleName: required(RoleName), PolicyName: required(PolicyName) }),
  output: struct({ PolicyName: required(string()), RoleName: required(string()), PolicyDocument: required(string()) }),
  errors: ["NoSuchEntity"],
  needs: ({ account, input }) => [onRole("iam:GetRolePolicy", account, input.RoleName)],
  handle({ account, input, fail }) {
    const holder = roleHolder(account, input.RoleName, fail);
    const PolicyDocument = getInlinePolicy(holder, input.PolicyName, fail);
    return { PolicyName: input.PolicyName, RoleName: holder.row.name, PolicyDocument };
  },
});
