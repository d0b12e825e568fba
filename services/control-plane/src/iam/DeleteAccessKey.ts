// https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteAccessKey.html
import { required, struct } from "@rolemint/wire";
import { findAccessKey, findUserMeant, onUserMeant } from "./access-keys.ts";
import { action } from "./action.ts";
import { AccessKeyId, ExistingUserName } from "./shapes.ts";

export const DeleteAccessKey = action({
  name: "DeleteAccessKey",
  input: struct({ UserName: ExistingUserName, AccessKeyId: required(AccessKeyId) }),
  output: struct({}),
  errors: ["NoSuchEntity"],
  needs: ({ account, input, caller }) => [onUserMeant("iam:DeleteAccessKey", account, caller, input.UserName)],
  handle({ world, account, input, caller, fail }) {
    const userName = findUserMeant(account, caller, input.UserName, fail);
    world.tables.accessKeys.remove(findAccessKey(world, account, userName, input.AccessKeyId, fail));
    return {};
  },
});
