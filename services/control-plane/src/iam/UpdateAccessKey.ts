// https://docs.aws.amazon.com/IAM/latest/APIReference/API_UpdateAccessKey.html
import { required, struct } from "@rolemint/wire";
import { findAccessKey, findUserMeant, onUserMeant, Status } from "./access-keys.ts";
import { action } from "./action.ts";
import { AccessKeyId, ExistingUserName } from "./shapes.ts";

export const UpdateAccessKey = action({
  name: "UpdateAccessKey",
  input: struct({ UserName: ExistingUserName, AccessKeyId: required(AccessKeyId), Status: required(Status) }),
  output: struct({}),
  errors: ["NoSuchEntity"],
  needs: ({ account, input, caller }) => [onUserMeant("iam:UpdateAccessKey", account, caller, input.UserName)],
  handle({ world, account, input, caller, fail }) {
    const userName = findUserMeant(account, caller, input.UserName, fail);
    const key = findAccessKey(world, account, userName, input.AccessKeyId, fail);
    world.tables.accessKeys.put({ ...key, status: input.Status });
    return {};
  },
});
