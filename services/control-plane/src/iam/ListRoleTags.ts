// https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListRoleTags.html
import { required, struct } from "@rolemint/wire";
import { action } from "./action.ts";
import { findRole } from "./lookup.ts";
import { onRole } from "./needs.ts";
import { page } from "./paging.ts";
import { paged, paging, RoleName, Tags } from "./shapes.ts";

export const ListRoleTags = action({
  name: "ListRoleTags",
  input: struct({ RoleName: required(RoleName), ...paging }),
  output: struct({ Tags: required(Tags), ...paged }),
  errors: ["NoSuchEntity"],
  needs: ({ account, input }) => [onRole("iam:ListRoleTags", account, input.RoleName)],
  handle({ account, input, fail }) {
    const { tags } = findRole(account, input.RoleName, fail);
    const { items, ...place } = page(tags, input, ({ Key }) => Key.toLowerCase());
    return { Tags: items, ...place };
  },
});
