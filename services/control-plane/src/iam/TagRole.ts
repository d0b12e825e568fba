// https://docs.aws.amazon.com/IAM/latest/APIReference/API_TagRole.html
import { required, struct } from "@rolemint/wire";
import { requestTagContext } from "../tag-context.ts";
import { action } from "./action.ts";
import { findRole } from "./lookup.ts";
import { onRole } from "./needs.ts";
import { RoleName, Tags } from "./shapes.ts";
import { exceedsTagQuota, principalTagProblem, tagsOver } from "./tags.ts";

export const TagRole = action({
  name: "TagRole",
  input: struct({ RoleName: required(RoleName), Tags: required(Tags) }),
  output: struct({}),
  errors: ["InvalidInput", "LimitExceeded", "NoSuchEntity"],
  needs: ({ account, input }) => [onRole("iam:TagRole", account, input.RoleName, requestTagContext(input.Tags))],
  handle({ account, input, fail }) {
    const role = findRole(account, input.RoleName, fail);
    const problem = principalTagProblem(input.Tags);
    if (problem) throw fail("InvalidInput", problem);
    const tags = tagsOver(role.tags, input.Tags);
    const excess = exceedsTagQuota(tags);
    if (excess) throw fail("LimitExceeded", excess);
    account.roles.put({ ...role, tags });
    return {};
  },
});
