// https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DeleteTags.html
import { list, named, required, string, struct } from "@rolemint/wire";
import type { Tag as TagRow } from "@rolemint/world";
import { requestTagContext, type TagInput } from "../tag-context.ts";
import { action } from "./action.ts";
import { instanceResource, instancesById } from "./lookup.ts";
import { DryRun, Tag } from "./shapes.ts";

export const DeleteTags = action({
  name: "DeleteTags",
  input: struct({
    Resources: { ...required(list(string())), sent: "ResourceId" },
    /** Absent: every tag. A tag without a value goes whatever its value is. */
    Tags: named(list(Tag), { sent: "Tag" }),
    DryRun,
  }),
  output: struct({}),
  errors: ["InvalidID", "InvalidInstanceID.Malformed", "InvalidInstanceID.NotFound"],
  needs: ({ world, account, input }) =>
    input.Resources.map((id) => {
      const { resource, context } = instanceResource(world, account, id);
      return { action: "ec2:DeleteTags", resource, context: { ...context, ...requestTagContext(input.Tags) } };
    }),
  handle({ world, account, input, now, fail }) {
    const stranger = input.Resources.find((id) => !id.startsWith("i-"));
    if (stranger !== undefined) throw fail("InvalidID", `The ID '${stranger}' is not valid`);
    for (const instance of instancesById(world, account, input.Resources, fail)) {
      const tags = instance.tags.filter((tag) => !(input.Tags?.some((given) => isMeant(given, tag)) ?? true));
      world.tables.instances.put({ ...instance, tags, changed: now });
    }
    return {};
  },
});

function isMeant(given: TagInput, tag: TagRow): boolean {
  return given.Key === tag.Key && (given.Value === undefined || given.Value === tag.Value);
}
