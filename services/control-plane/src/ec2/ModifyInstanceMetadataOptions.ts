// https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifyInstanceMetadataOptions.html
import { required, string, struct } from "@rolemint/wire";
import { action } from "./action.ts";
import { instanceResource, instancesById } from "./lookup.ts";
import { changedOptions } from "./metadata-options.ts";
import { DryRun, MetadataOptions, metadataOptionMembers } from "./shapes.ts";
import { optionsView } from "./views.ts";

export const ModifyInstanceMetadataOptions = action({
  name: "ModifyInstanceMetadataOptions",
  input: struct({ InstanceId: required(string()), ...metadataOptionMembers, DryRun }),
  output: struct({ InstanceId: required(string()), InstanceMetadataOptions: required(MetadataOptions) }),
  errors: [
    "IncorrectInstanceState",
    "InvalidInstanceID.Malformed",
    "InvalidInstanceID.NotFound",
    "InvalidParameterValue",
    "MissingParameter",
  ],
  needs({ world, account, input }) {
    const target = instanceResource(world, account, input.InstanceId);
    const { InstanceId: _, DryRun: __, ...given } = input;
    const attributes = Object.entries(given).filter(([, value]) => value !== undefined);
    // The options that it has are in ec2:MetadataHttpTokens and the like; those that it shall have are here.
    const asked = attributes.map(([name, value]) => [`ec2:attribute/${name.toLowerCase()}`, String(value)]);
    const context = {
      ...target.context,
      ...Object.fromEntries(asked),
      "ec2:attribute": attributes.map(([name]) => name),
    };
    return [{ action: "ec2:ModifyInstanceMetadataOptions", resource: target.resource, context }];
  },
  handle({ world, account, input, now, fail }) {
    const [instance] = instancesById(world, account, [input.InstanceId], fail);
    if (instance!.state !== "running") {
      const text = `The instance '${instance!.id}' is not in a state from which its metadata options can be modified.`;
      throw fail("IncorrectInstanceState", text);
    }
    const { InstanceId: _, DryRun: __, ...given } = input;
    if (Object.values(given).every((value) => value === undefined)) {
      throw fail("MissingParameter", "The request must contain at least one metadata option to modify");
    }
    const options = changedOptions(instance!.options, given, instance!.tags, fail);
    const changed = world.tables.instances.put({ ...instance!, options, changed: now });
    if (options.tokens === "optional") world.rotation.deliverWithoutToken(changed);
    return { InstanceId: changed.id, InstanceMetadataOptions: optionsView(changed, "pending") };
  },
});
