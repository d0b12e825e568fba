// https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListUsers.html
import { defaulted, list, required, struct } from "@rolemint/wire";
import { action } from "./action.ts";
import { onPath } from "./needs.ts";
import { byName, page } from "./paging.ts";
import { PathPrefix, paged, paging, User } from "./shapes.ts";
import { listedUserView } from "./views.ts";

export const ListUsers = action({
  name: "ListUsers",
  input: struct({ PathPrefix: defaulted(PathPrefix, "/"), ...paging }),
  output: struct({ Users: required(list(User)), ...paged }),
  errors: [],
  needs: ({ account, input }) => [onPath("iam:ListUsers", account, "user", input.PathPrefix)],
  handle({ account, input }) {
    const found = account.users.list().filter(({ path }) => path.startsWith(input.PathPrefix));
    const { items, ...place } = page(found, input, byName);
    return { Users: items.map(listedUserView), ...place };
  },
});
