// Needs no right, and no policy can deny it.
// https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html
import { required, string, struct } from "@rolemint/wire";
import { action } from "./action.ts";

export const GetCallerIdentity = action({
  name: "GetCallerIdentity",
  input: struct({}),
  output: struct({ Arn: required(string()), UserId: required(string()), Account: required(string()) }),
  errors: [],
  needs: () => [],
  handle: ({ caller }) => ({ UserId: caller.UserId, Account: caller.AccountId, Arn: caller.Arn }),
});
