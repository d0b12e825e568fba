// https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteUser.html
import { required, struct } from "@rolemint/wire";
import { action } from "./action.ts";
import { findUser } from "./lookup.ts";
import { onUser } from "./needs.ts";
import { ExistingUserName } from "./shapes.ts";

export const DeleteUser = action({
  name: "DeleteUser",
  input: struct({ UserName: required(ExistingUserName) }),
  output: struct({}),
  errors: ["DeleteConflict", "NoSuchEntity"],
  needs: ({ account, input }) => [onUser("iam:DeleteUser", account, input.UserName)],
  handle({ account, input, fail }) {
    const user = findUser(account, input.UserName, fail);
    if (user.attached.length > 0) {
      throw fail("DeleteConflict", "Cannot delete entity, must detach all policies first.");
    }
    if (Object.keys(user.inline).length > 0) {
      throw fail("DeleteConflict", "Cannot delete entity, must delete policies first.");
    }
    if (account.accessKeysOf(user.name).length > 0) {
      throw fail("DeleteConflict", "Cannot delete entity, must delete access keys first.");
    }
    account.users.remove(user);
    return {};
  },
});
