// https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetUser.html
import { required, struct } from "@rolemint/wire";
import { type Account, rootArn } from "@rolemint/world";
import { onUserMeant, userMeant } from "./access-keys.ts";
import { action } from "./action.ts";
import { findUser } from "./lookup.ts";
import { ExistingUserName, User } from "./shapes.ts";
import { userView } from "./views.ts";

export const GetUser = action({
  name: "GetUser",
  input: struct({ UserName: ExistingUserName }),
  output: struct({ User: required(User) }),
  errors: ["NoSuchEntity"],
  needs: ({ account, input, caller }) => [onUserMeant("iam:GetUser", account, caller, input.UserName)],
  handle({ account, input, caller, fail }) {
    const name = userMeant(caller, input.UserName);
    return { User: name === undefined ? rootView(account) : userView(findUser(account, name, fail)) };
  },
});

/** The account's root as a user. An account has no date here: its root's first key tells when it began. */
function rootView(account: Account) {
  const [first] = account.accessKeysOf();
  return { UserId: account.id, Arn: rootArn(account.id), CreateDate: first!.created };
}
