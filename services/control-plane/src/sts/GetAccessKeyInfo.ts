// The account that a key id carries; says nothing about whether the key exists.
// https://docs.aws.amazon.com/STS/latest/APIReference/API_GetAccessKeyInfo.html
import { required, string, struct } from "@rolemint/wire";
import { accountOf } from "@rolemint/world";
import { action } from "./action.ts";

export const GetAccessKeyInfo = action({
  name: "GetAccessKeyInfo",
  input: struct({ AccessKeyId: required(string({ min: 16, max: 128, pattern: "[\\w]*" })) }),
  output: struct({ Account: string() }),
  errors: ["ValidationError"],
  needs: () => [{ action: "sts:GetAccessKeyInfo", resource: "*" }],
  handle({ input, fail }) {
    const account = accountOf(input.AccessKeyId);
    if (account === undefined) throw fail("ValidationError", `Access key ${input.AccessKeyId} is not valid`);
    return { Account: account };
  },
});
