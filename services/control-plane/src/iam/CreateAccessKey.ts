// The secret stands in this answer only.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateAccessKey.html
import { required, string, struct, timestamp } from "@rolemint/wire";
import { accessKeyView, findUserMeant, onUserMeant } from "./access-keys.ts";
import { action } from "./action.ts";
import { ExistingUserName } from "./shapes.ts";

const MAX_KEYS = 2;

export const CreateAccessKey = action({
  name: "CreateAccessKey",
  input: struct({ UserName: ExistingUserName }),
  output: struct({
    AccessKey: required(
      struct({
        UserName: string(),
        AccessKeyId: required(string()),
        Status: required(string()),
        SecretAccessKey: required(string()),
        CreateDate: timestamp(),
      }),
    ),
  }),
  errors: ["LimitExceeded", "NoSuchEntity"],
  needs: ({ account, input, caller }) => [onUserMeant("iam:CreateAccessKey", account, caller, input.UserName)],
  handle({ world, account, input, caller, ids, now, fail }) {
    const userName = findUserMeant(account, caller, input.UserName, fail);
    if (account.accessKeysOf(userName).length >= MAX_KEYS) {
      throw fail("LimitExceeded", `Cannot exceed quota for AccessKeysPerUser: ${MAX_KEYS}`);
    }
    const key = world.tables.accessKeys.put({
      id: ids.accessKey("AKIA", account.id),
      secret: ids.secret(),
      accountId: account.id,
      status: "Active",
      created: now,
      ...(userName !== undefined && { userName }),
    });
    return { AccessKey: { ...accessKeyView(key), SecretAccessKey: key.secret } };
  },
});
