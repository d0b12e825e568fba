// https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_AssociateIamInstanceProfile.html
import { required, string, struct } from "@rolemint/wire";
import { attachProfile } from "@rolemint/world";
import { action } from "./action.ts";
import { instanceResource, instancesById, passRoleNeeds, profileBySpecification, profileContext } from "./lookup.ts";
import { Association, ProfileSpecification } from "./shapes.ts";
import { associationView } from "./views.ts";

export const AssociateIamInstanceProfile = action({
  name: "AssociateIamInstanceProfile",
  input: struct({ IamInstanceProfile: required(ProfileSpecification), InstanceId: required(string()) }),
  output: struct({ IamInstanceProfileAssociation: required(Association) }),
  errors: [
    "IncorrectInstanceState",
    "IncorrectState",
    "InvalidInstanceID.Malformed",
    "InvalidInstanceID.NotFound",
    "InvalidParameterValue",
  ],
  needs({ world, account, input }) {
    const target = instanceResource(world, account, input.InstanceId);
    return [
      {
        action: "ec2:AssociateIamInstanceProfile",
        resource: target.resource,
        context: { ...target.context, ...profileContext("ec2:newinstanceprofile", account, input.IamInstanceProfile) },
      },
      ...passRoleNeeds(account, input.IamInstanceProfile, target.resource),
    ];
  },
  handle({ world, account, input, fail }) {
    const [instance] = instancesById(world, account, [input.InstanceId], fail);
    const profile = profileBySpecification(account, input.IamInstanceProfile, fail);
    if (instance!.state !== "running") {
      const text = `The instance '${instance!.id}' is not in the 'running' or 'stopped' states.`;
      throw fail("IncorrectInstanceState", text);
    }
    if (instance!.association) {
      throw fail("IncorrectState", `There is an existing association for instance ${instance!.id}`);
    }
    const associated = attachProfile(world, instance!, profile);
    return { IamInstanceProfileAssociation: associationView(associated, associated.association!, "associating") };
  },
});
