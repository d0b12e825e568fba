// How IAM names the resource in an AccessDenied: by kind and name where the call is about an entity that should be
// there, by ARN where it makes one, lists them, tags one or passes a role.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html
import type { Refused } from "@rolemint/caller";
import { explainDenial } from "@rolemint/policy";

const BY_ARN = /^iam:(?:Create(?:Role|User|InstanceProfile)|List(?:Roles|Users|InstanceProfiles)|PassRole|Tag\w+)$/;

export function denialText({ request, denial }: Refused): string {
  const resource = shownResource(request.action, request.resource);
  return explainDenial("iam", { ...request, resource }, denial);
}

function shownResource(action: string, arn: string): string {
  const match = /^arn:aws:iam::[^:]*:(role|user|instance-profile|policy)(\/(?:.*\/)?)([^/]*)$/.exec(arn);
  if (!match || BY_ARN.test(action)) return arn;
  const [, kind, path, name] = match;
  if (kind !== "policy") return `${kind!.replace("-", " ")} ${name}`;
  switch (action) {
    case "iam:ListPolicies":
      return `policy path ${path}`;
    case "iam:CreatePolicy":
      return `policy ${name}`;
    default:
      return `policy ${arn}`;
  }
}
