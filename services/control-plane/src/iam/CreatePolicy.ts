// https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreatePolicy.html
import { defaulted, required, struct } from "@rolemint/wire";
import { iamArn } from "@rolemint/world";
import { requestTagContext } from "../tag-context.ts";
import { action } from "./action.ts";
import { withTagging } from "./needs.ts";
import { checkPolicyText } from "./policies.ts";
import { Policy, PolicyDescription, PolicyName, PolicyPath, PolicyText, Tags } from "./shapes.ts";
import { resourceTagProblem } from "./tags.ts";
import { policyView, someTags } from "./views.ts";

const MAX_POLICIES = 1500;

export const CreatePolicy = action({
  name: "CreatePolicy",
  input: struct({
    PolicyName: required(PolicyName),
    Path: defaulted(PolicyPath, "/"),
    PolicyDocument: required(PolicyText),
    Description: PolicyDescription,
    Tags,
  }),
  output: struct({ Policy: required(Policy) }),
  errors: ["EntityAlreadyExists", "InvalidInput", "LimitExceeded", "MalformedPolicyDocument"],
  needs: ({ account, input }) =>
    withTagging(
      {
        action: "iam:CreatePolicy",
        resource: iamArn(account.id, "policy", input.Path, input.PolicyName),
        context: requestTagContext(input.Tags),
      },
      "iam:TagPolicy",
      input.Tags,
    ),
  handle({ account, input, ids, now, fail }) {
    const { PolicyName: name, Path: path, PolicyDocument: text, Tags: tags = [] } = input;
    if (account.policies.get(name)) {
      const sentence = `A policy called ${name} already exists. Duplicate names are not allowed.`;
      throw fail("EntityAlreadyExists", sentence);
    }
    const problem = resourceTagProblem(tags);
    if (problem) throw fail("InvalidInput", problem);
    checkPolicyText(text, fail);
    if (account.policies.count() >= MAX_POLICIES) {
      throw fail("LimitExceeded", `Cannot exceed quota for PoliciesPerAccount: ${MAX_POLICIES}`);
    }
    const policy = account.policies.put({
      accountId: account.id,
      name,
      path,
      id: ids.unique("ANPA", account.id),
      arn: iamArn(account.id, "policy", path, name),
      created: now,
      updated: now,
      description: input.Description,
      defaultVersion: "v1",
      nextVersion: 2,
      versions: [{ id: "v1", text, created: now }],
      tags,
    });
    return { Policy: { ...policyView(policy, { attachments: 0, boundaries: 0 }), Tags: someTags(tags) } };
  },
});
