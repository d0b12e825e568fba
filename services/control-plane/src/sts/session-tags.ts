// Session tags: passed with the call, inherited from the calling session where it marked them transitive.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/id_session-tags.html
import type { Principal } from "@rolemint/authority";
import { mergeTags, type Role, type Tag } from "@rolemint/world";
import { resourceTagContext } from "../tag-context.ts";

/** What STS refuses about the tags of a call, or undefined. */
export function tagProblem(
  caller: Principal,
  tags: readonly Tag[] | undefined,
  transitiveKeys: readonly string[] | undefined,
): string | undefined {
  const keys = new Set((tags ?? []).map((tag) => tag.Key.toLowerCase()));
  if (keys.size !== (tags ?? []).length) {
    return "Duplicate tag keys found. Please note that Tag keys are case insensitive.";
  }
  if ([...keys].some((key) => key.startsWith("aws:"))) {
    return "aws: prefixed tag key names are not allowed for external use.";
  }
  if (transitiveKeys?.some((key) => !keys.has(key.toLowerCase()))) {
    return "The specified transitive tag key must be included in the requested tags.";
  }
  const inherited = new Set(caller.TransitiveTagKeys.map((key) => key.toLowerCase()));
  if ([...keys].some((key) => inherited.has(key))) {
    return "One of the specified transitive tag keys can't be set because it conflicts with a transitive tag key from the calling session.";
  }
  return undefined;
}

/** The tags of the new session: those passed, and the calling session's transitive ones, which cannot be overridden. */
export function inheritedTags(caller: Principal, tags: readonly Tag[] | undefined): Tag[] {
  const inherited = new Set(caller.TransitiveTagKeys.map((key) => key.toLowerCase()));
  return mergeTags(
    tags ?? [],
    caller.Tags.filter((tag) => inherited.has(tag.Key.toLowerCase())),
  );
}

/** The role's tags as conditions see them; inherited transitive tags stand in their places. */
export function roleTagContext(role: Role | undefined, tags: readonly Tag[], transitiveKeys: readonly string[]) {
  const inherited = new Set(transitiveKeys.map((key) => key.toLowerCase()));
  const over = tags.filter((tag) => inherited.has(tag.Key.toLowerCase()));
  return resourceTagContext("iam", mergeTags(role?.tags ?? [], over));
}
