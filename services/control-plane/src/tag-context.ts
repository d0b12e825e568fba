// Tags as condition keys: those that a request brings, and those of what it is about.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/access_tags.html
import type { ConditionContext } from "@rolemint/authority";

export interface TagInput {
  readonly Key?: string | undefined;
  readonly Value?: string | undefined;
}

/** `aws:RequestTag/*` and `aws:TagKeys`. */
export function requestTagContext(tags: readonly TagInput[] | undefined): ConditionContext {
  if (!tags || tags.length === 0) return {};
  const context: Record<string, string | readonly string[]> = { "aws:tagkeys": tags.map(({ Key }) => Key ?? "") };
  for (const { Key, Value } of tags) context[`aws:requesttag/${(Key ?? "").toLowerCase()}`] = Value ?? "";
  return context;
}

/** `aws:ResourceTag/*` and the service's own spelling of it. */
export function resourceTagContext(
  service: "iam" | "ec2",
  tags: readonly TagInput[] | undefined,
): Record<string, string> {
  const context: Record<string, string> = {};
  for (const { Key, Value } of tags ?? []) {
    for (const prefix of ["aws", service]) {
      context[`${prefix}:resourcetag/${(Key ?? "").toLowerCase()}`] = Value ?? "";
    }
  }
  return context;
}
