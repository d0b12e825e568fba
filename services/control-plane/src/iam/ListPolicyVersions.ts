// Newest first.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListPolicyVersions.html
import { list, required, struct } from "@rolemint/wire";
import { action } from "./action.ts";
import { findPolicy } from "./lookup.ts";
import { onPolicy } from "./needs.ts";
import { page } from "./paging.ts";
import { Arn, PolicyVersion, paged, paging } from "./shapes.ts";
import { versionView } from "./views.ts";

export const ListPolicyVersions = action({
  name: "ListPolicyVersions",
  input: struct({ PolicyArn: required(Arn), ...paging }),
  output: struct({ Versions: required(list(PolicyVersion)), ...paged }),
  errors: ["InvalidInput", "NoSuchEntity", "ValidationError"],
  needs: ({ world, input }) => [onPolicy("iam:ListPolicyVersions", world, input.PolicyArn)],
  handle({ world, account, input, fail }) {
    const policy = findPolicy(world, account, input.PolicyArn, fail, "does not exist or is not attachable.");
    const { items, ...place } = page(policy.versions, input, ({ id }) => newestFirst(id));
    return { Versions: items.map((version) => versionView(policy, version)), ...place };
  },
});

function newestFirst(id: string): string {
  return String(1_000_000_000 - Number(id.slice(1))).padStart(10, "0");
}
