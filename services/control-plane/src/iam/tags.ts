// Tags on IAM entities. Keys on roles and users are the same regardless of case, keys on policies and instance profiles
// are not; all keep the case they were given in.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/id_tags.html
import type { Tag } from "@rolemint/world";

const MAX_TAGS = 50;

/** What is wrong with the tags of a call on a role or user, or undefined. */
export function principalTagProblem(tags: readonly Tag[] | undefined): string | undefined {
  const text = "Duplicate tag keys found. Please note that Tag keys are case insensitive.";
  return tagProblem(tags, (key) => key.toLowerCase(), text);
}

/** What is wrong with the tags of a call on a policy or instance profile, or undefined. */
export function resourceTagProblem(tags: readonly Tag[] | undefined): string | undefined {
  return tagProblem(tags, (key) => key, "Duplicate tag keys found.");
}

function tagProblem(tags: readonly Tag[] = [], same: (key: string) => string, duplicate: string): string | undefined {
  if (new Set(tags.map(({ Key }) => same(Key))).size < tags.length) return duplicate;
  const isReserved = tags.some(({ Key }) => /^aws:/i.test(Key));
  return isReserved ? "aws: prefixed tag key names are not allowed for external use." : undefined;
}

/** The tags of a role after TagRole: a key that is there gets the new value, and the new case. */
export function tagsOver(before: readonly Tag[], given: readonly Tag[]): readonly Tag[] {
  const keys = new Set(given.map(({ Key }) => Key.toLowerCase()));
  return [...before.filter(({ Key }) => !keys.has(Key.toLowerCase())), ...given];
}

export function tagsWithout(before: readonly Tag[], keys: readonly string[]): readonly Tag[] {
  const gone = new Set(keys.map((key) => key.toLowerCase()));
  return before.filter(({ Key }) => !gone.has(Key.toLowerCase()));
}

export function exceedsTagQuota(tags: readonly Tag[]): string | undefined {
  return tags.length > MAX_TAGS ? `Cannot exceed quota for TagsPerRole: ${MAX_TAGS}` : undefined;
}
