// Tags of roles and instances: what IAM and EC2 take, which is not the same, and the names that instances go by.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/id_tags.html
// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/Using_Tags.html
import type { Report } from "./check.ts";
import { entriesOf, namesOf, textAt, valueAt } from "./draft.ts";
import { type Path, quote } from "./problem.ts";

const IAM_CHARACTERS = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u;
/** https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/work-with-tags-in-IMDS.html */
const METADATA_KEY = /^[0-9a-zA-Z\-_+=,.@:]+$/;
const METADATA_RESERVED = [".", "..", "_index"];

export function checkTags(world: unknown, report: Report): void {
  for (const [name, role] of entriesOf(valueAt(world, "roles"))) {
    checkRoleTags(valueAt(role, "tags"), ["roles", name, "tags"], report);
  }
  const bearers = new Map<string, string>();
  for (const [name, instance] of entriesOf(valueAt(world, "instances"))) {
    const path = ["instances", name, "tags"];
    checkSizes(valueAt(instance, "tags"), path, report);
    if (textAt(instance, "metadata", "tags") === "enabled") checkMetadataKeys(valueAt(instance, "tags"), path, report);
    const called = textAt(instance, "tags", "Name") ?? name;
    const other = called === "" ? undefined : bearers.get(called);
    if (other === undefined) bearers.set(called, name);
    else {
      const hasTag = textAt(instance, "tags", "Name") !== undefined;
      const message = `goes by the name ${quote(called)}, which instances.${other} has already`;
      report(hasTag ? [...path, "Name"] : ["instances", name], message, hasTag ? "value" : "key");
    }
  }
}

function checkSizes(tags: unknown, path: Path, report: Report): void {
  const count = namesOf(tags).length;
  if (count > 50) report(path, `has ${count} tags; at most 50 can be given`);
  for (const [key, value] of entriesOf(tags)) {
    const here = [...path, key];
    if (/^aws:/i.test(key)) report(here, "begins with aws:, which AWS keeps for itself", "key");
    if (key === "" || key.length > 128) report(here, "must have a key of 1 to 128 characters", "key");
    if (typeof value === "string" && value.length > 256) report(here, "must be a text of at most 256 characters");
  }
}

function checkRoleTags(tags: unknown, path: Path, report: Report): void {
  checkSizes(tags, path, report);
  const taken = new Map<string, string>();
  for (const [key, value] of entriesOf(tags)) {
    const here = [...path, key];
    const allowed = "it takes letters, digits, spaces and _.:/=+-@";
    if (!IAM_CHARACTERS.test(key)) report(here, `has characters in its key that IAM does not take: ${allowed}`, "key");
    if (typeof value === "string" && !IAM_CHARACTERS.test(value))
      report(here, `has characters that IAM does not take: ${allowed}`);
    const other = taken.get(key.toLowerCase());
    if (other === undefined) taken.set(key.toLowerCase(), key);
    else report(here, `is the same key as ${other}: IAM does not tell capitals from small letters`, "key");
  }
}

function checkMetadataKeys(tags: unknown, path: Path, report: Report): void {
  for (const key of namesOf(tags)) {
    if (METADATA_KEY.test(key) && !METADATA_RESERVED.includes(key)) continue;
    report([...path, key], "cannot be a path of the metadata, which metadata.tags: enabled asks for", "key");
  }
}
