// The account's own policies and those that AWS publishes.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListPolicies.html
import { boolean, defaulted, list, oneOf, required, struct } from "@rolemint/wire";
import { awsManagedPolicies } from "@rolemint/world";
import { action } from "./action.ts";
import { onPath } from "./needs.ts";
import { page } from "./paging.ts";
import { policyUses } from "./policies.ts";
import { Policy, PolicyPath, PolicyUsageFilter, paged, paging } from "./shapes.ts";
import { type PolicyUse, policyView } from "./views.ts";

export const ListPolicies = action({
  name: "ListPolicies",
  input: struct({
    Scope: defaulted(oneOf("All", "AWS", "Local"), "All"),
    OnlyAttached: defaulted(boolean(), false),
    PathPrefix: defaulted(PolicyPath, "/"),
    PolicyUsageFilter,
    ...paging,
  }),
  output: struct({ Policies: required(list(Policy)), ...paged }),
  errors: [],
  needs: ({ account, input }) => [onPath("iam:ListPolicies", account, "policy", input.PathPrefix)],
  handle({ account, input }) {
    const useOf = policyUses(account);
    const own = input.Scope === "AWS" ? [] : account.policies.list();
    const published = input.Scope === "Local" ? [] : [...awsManagedPolicies().values()];
    const found = [...own, ...published].filter(
      ({ arn, path }) => path.startsWith(input.PathPrefix) && isAsked(useOf(arn), input),
    );
    const { items, ...place } = page(found, input, ({ arn }) => arn.toLowerCase());
    return { Policies: items.map((policy) => policyView(policy, useOf(policy.arn))), ...place };
  },
});

function isAsked(
  use: PolicyUse,
  input: { readonly OnlyAttached: boolean; readonly PolicyUsageFilter?: string | undefined },
): boolean {
  if (input.OnlyAttached && use.attachments === 0) return false;
  switch (input.PolicyUsageFilter) {
    case "PermissionsPolicy":
      return use.attachments > 0;
    case "PermissionsBoundary":
      return use.boundaries > 0;
    default:
      return true;
  }
}
