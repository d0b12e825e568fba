// https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateUser.html
import { defaulted, required, struct } from "@rolemint/wire";
import { iamArn } from "@rolemint/world";
import { requestTagContext } from "../tag-context.ts";
import { action } from "./action.ts";
import { checkBoundary } from "./boundaries.ts";
import { withTagging } from "./needs.ts";
import { Arn, Path, Tags, User, UserName } from "./shapes.ts";
import { principalTagProblem } from "./tags.ts";
import { userView } from "./views.ts";

const MAX_USERS = 5000;

export const CreateUser = action({
  name: "CreateUser",
  input: struct({ Path: defaulted(Path, "/"), UserName: required(UserName), PermissionsBoundary: Arn, Tags }),
  output: struct({ User: required(User) }),
  errors: ["EntityAlreadyExists", "InvalidInput", "LimitExceeded", "NoSuchEntity", "ValidationError"],
  needs: ({ account, input }) =>
    withTagging(
      {
        action: "iam:CreateUser",
        resource: iamArn(account.id, "user", input.Path, input.UserName),
        context: {
          ...requestTagContext(input.Tags),
          ...(input.PermissionsBoundary && { "iam:permissionsboundary": input.PermissionsBoundary }),
        },
      },
      "iam:TagUser",
      input.Tags,
    ),
  handle({ world, account, input, ids, now, fail }) {
    const { UserName: name, Path: path, PermissionsBoundary: boundary, Tags: tags = [] } = input;
    if (account.users.get(name)) throw fail("EntityAlreadyExists", `User with name ${name} already exists.`);
    const problem = principalTagProblem(tags);
    if (problem) throw fail("InvalidInput", problem);
    checkBoundary(world, account, boundary, fail);
    if (account.users.count() >= MAX_USERS) {
      throw fail("LimitExceeded", `Cannot exceed quota for UsersPerAccount: ${MAX_USERS}`);
    }
    const user = account.users.put({
      accountId: account.id,
      name,
      path,
      id: ids.unique("AIDA", account.id),
      arn: iamArn(account.id, "user", path, name),
      created: now,
      attached: [],
      inline: {},
      boundary,
      tags,
    });
    return { User: userView(user) };
  },
});
