// Tags on instances: what EC2 refuses, and how one list is put over another.
// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/Using_Tags.html
import type { AwsError } from "@rolemint/wire";
import type { Tag } from "@rolemint/world";
import type { TagInput } from "../tag-context.ts";

type Fail = (code: "InvalidParameterValue" | "TagLimitExceeded" | "MissingParameter", text: string) => AwsError;

/** The tags of a request; a missing value is empty. */
export function checkedTags(given: readonly TagInput[], fail: Fail): Tag[] {
  const tags = given.map(({ Key, Value }) => {
    if (Key === undefined || Key === "")
      throw fail("MissingParameter", "The request must contain the parameter Tag.Key");
    return { Key, Value: Value ?? "" };
  });
  for (const { Key, Value } of tags) {
    if (/^aws:/i.test(Key)) {
      throw fail("InvalidParameterValue", "Tag keys starting with 'aws:' are reserved for internal use");
    }
    if (Key.length > 128) throw fail("InvalidParameterValue", `Tag key exceeds the maximum length of 128 characters`);
    if (Value.length > 256)
      throw fail("InvalidParameterValue", `Tag value exceeds the maximum length of 256 characters`);
  }
  const repeated = tags.find((tag, index) => tags.findIndex((other) => other.Key === tag.Key) !== index);
  if (repeated) throw fail("InvalidParameterValue", `Duplicate tag key '${repeated.Key}' specified.`);
  if (tags.length > 50) throw fail("TagLimitExceeded", "The maximum number of Tags for a resource has been reached.");
  return tags;
}

/** Tag keys are case-sensitive in EC2. */
export function tagsOver(before: readonly Tag[], given: readonly Tag[], fail: Fail): Tag[] {
  const keys = new Set(given.map((tag) => tag.Key));
  const tags = [...before.filter((tag) => !keys.has(tag.Key)), ...given];
  if (tags.length > 50) throw fail("TagLimitExceeded", "The maximum number of Tags for a resource has been reached.");
  return tags;
}
