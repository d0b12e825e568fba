// https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListAccessKeys.html
import { list, required, struct } from "@rolemint/wire";
import { AccessKeyMetadata, accessKeyView, findUserMeant, onUserMeant } from "./access-keys.ts";
import { action } from "./action.ts";
import { page } from "./paging.ts";
import { ExistingUserName, paged, paging } from "./shapes.ts";

export const ListAccessKeys = action({
  name: "ListAccessKeys",
  input: struct({ UserName: ExistingUserName, ...paging }),
  output: struct({ AccessKeyMetadata: required(list(AccessKeyMetadata)), ...paged }),
  errors: ["NoSuchEntity"],
  needs: ({ account, input, caller }) => [onUserMeant("iam:ListAccessKeys", account, caller, input.UserName)],
  handle({ account, input, caller, fail }) {
    const keys = account.accessKeysOf(findUserMeant(account, caller, input.UserName, fail));
    const { items, ...place } = page(keys, input, ({ id }) => id);
    return { AccessKeyMetadata: items.map(accessKeyView), ...place };
  },
});
