// https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateRole.html
import { defaulted, integer, required, struct } from "@rolemint/wire";
import { iamArn, principalIdsOf } from "@rolemint/world";
import { requestTagContext } from "../tag-context.ts";
import { action } from "./action.ts";
import { checkBoundary } from "./boundaries.ts";
import { withTagging } from "./needs.ts";
import { Arn, Path, PolicyText, Role, RoleDescription, RoleName, Tags } from "./shapes.ts";
import { principalTagProblem } from "./tags.ts";
import { trustPolicyProblem } from "./trust.ts";
import { createdRoleView } from "./views.ts";

export const CreateRole = action({
  name: "CreateRole",
  input: struct({
    Path: defaulted(Path, "/"),
    RoleName: required(RoleName),
    AssumeRolePolicyDocument: required(PolicyText),
    Description: RoleDescription,
    MaxSessionDuration: integer({ min: 3600, max: 43200 }),
    PermissionsBoundary: Arn,
    Tags,
  }),
  output: struct({ Role: required(Role) }),
  errors: [
    "EntityAlreadyExists",
    "InvalidInput",
    "LimitExceeded",
    "MalformedPolicyDocument",
    "NoSuchEntity",
    "ValidationError",
  ],
  needs: ({ account, input }) =>
    withTagging(
      {
        action: "iam:CreateRole",
        resource: iamArn(account.id, "role", input.Path, input.RoleName),
        context: {
          ...requestTagContext(input.Tags),
          ...(input.PermissionsBoundary && { "iam:permissionsboundary": input.PermissionsBoundary }),
        },
      },
      "iam:TagRole",
      input.Tags,
    ),
  handle({ world, account, input, ids, now, fail }) {
    const name = input.RoleName;
    if (account.roles.get(name)) throw fail("EntityAlreadyExists", `Role with name ${name} already exists.`);
    if (input.Path.startsWith("/aws-service-role/")) {
      throw fail("InvalidInput", "The path /aws-service-role/ is reserved for service-linked roles.");
    }
    const tagProblem = principalTagProblem(input.Tags);
    if (tagProblem) throw fail("InvalidInput", tagProblem);
    checkBoundary(world, account, input.PermissionsBoundary, fail);
    const problem = trustPolicyProblem(world, input.AssumeRolePolicyDocument);
    if (problem) throw fail(problem.code, problem.message);
    if (account.roles.count() >= 1000) throw fail("LimitExceeded", "Cannot exceed quota for RolesPerAccount: 1000");
    const role = account.roles.put({
      accountId: account.id,
      name,
      path: input.Path,
      id: ids.unique("AROA", account.id),
      arn: iamArn(account.id, "role", input.Path, name),
      created: now,
      trust: input.AssumeRolePolicyDocument,
      trustedIds: principalIdsOf(world, input.AssumeRolePolicyDocument),
      description: input.Description,
      maxSessionSeconds: input.MaxSessionDuration ?? 3600,
      attached: [],
      inline: {},
      boundary: input.PermissionsBoundary,
      tags: input.Tags ?? [],
    });
    return { Role: createdRoleView(world, role) };
  },
});
