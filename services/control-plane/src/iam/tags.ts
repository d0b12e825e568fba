// Tags on IAM entities: keys are the same regardless of case and keep the case they were given in.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/id_tags.html
import type { Tag } from "@rolemint/world";

/** What is wrong with a list of tags, or undefined. */
export function duplicateTagProblem(tags: readonly Tag[] | undefined): string | undefined {
  const keys = new Set(tags?.map((tag) => tag.Key.toLowerCase()));
  if (keys.size === (tags?.length ?? 0)) return undefined;
  return "Duplicate tag keys found. Please note that Tag keys are case insensitive.";
}
