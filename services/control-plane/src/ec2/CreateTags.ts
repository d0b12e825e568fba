// Instances are the only resources that exist here to be tagged.
// https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateTags.html
import { list, required, string, struct } from "@rolemint/wire";
import { requestTagContext } from "../tag-context.ts";
import { action } from "./action.ts";
import { instanceResource, instancesById } from "./lookup.ts";
import { checkTagKeys } from "./metadata-options.ts";
import { DryRun, Tag } from "./shapes.ts";
import { checkedTags, tagsOver } from "./tags.ts";

export const CreateTags = action({
  name: "CreateTags",
  input: struct({
    Resources: { ...required(list(string())), sent: "ResourceId" },
    Tags: { ...required(list(Tag)), sent: "Tag" },
    DryRun,
  }),
  output: struct({}),
  errors: [
    "InvalidID",
    "InvalidInstanceID.Malformed",
    "InvalidInstanceID.NotFound",
    "InvalidParameterValue",
    "MissingParameter",
    "TagLimitExceeded",
  ],
  needs: ({ world, account, input }) =>
    input.Resources.map((id) => {
      const { resource, context } = instanceResource(world, account, id);
      return { action: "ec2:CreateTags", resource, context: { ...context, ...requestTagContext(input.Tags) } };
    }),
  handle({ world, account, input, now, fail }) {
    const stranger = input.Resources.find((id) => !id.startsWith("i-"));
    if (stranger !== undefined) throw fail("InvalidID", `The ID '${stranger}' is not valid`);
    const tags = checkedTags(input.Tags, fail);
    for (const instance of instancesById(world, account, input.Resources, fail)) {
      const after = tagsOver(instance.tags, tags, fail);
      if (instance.options.tags === "enabled") checkTagKeys(after, fail);
      world.tables.instances.put({ ...instance, tags: after, changed: now });
    }
    return {};
  },
});
