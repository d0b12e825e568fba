// Needs no right, and no policy can deny it.
// https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html
import { required, string, struct } from "@rolemint/wire";
import { action } from "./action.ts";

export const GetCallerIdentity = action({
  name: "GetCallerIdentity",
  input: struct({}),
  output: struct({ UserId: required(string()), Account: required(string()), Arn: required(string()) }),
  errors: [],
  needs: () => [],
  handle: ({ caller }) => ({ UserId: caller.UserId, Account: caller.AccountId, Arn: caller.Arn }),
});
