// The role swap: a new association id, the new role's credentials at once; the old keys live to their own end.
// https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ReplaceIamInstanceProfileAssociation.html
import { required, string, struct } from "@rolemint/wire";
import { attachProfile } from "@rolemint/world";
import { action } from "./action.ts";
import {
  instanceByAssociation,
  instanceResource,
  passRoleNeeds,
  profileBySpecification,
  profileContext,
} from "./lookup.ts";
import { Association, ProfileSpecification } from "./shapes.ts";
import { associationView } from "./views.ts";

export const ReplaceIamInstanceProfileAssociation = action({
  name: "ReplaceIamInstanceProfileAssociation",
  input: struct({ IamInstanceProfile: required(ProfileSpecification), AssociationId: required(string()) }),
  output: struct({ IamInstanceProfileAssociation: required(Association) }),
  errors: ["InvalidAssociationID.NotFound", "InvalidParameterValue"],
  needs({ world, account, input }) {
    const [instance] = world.tables.instances.find("association_id", input.AssociationId);
    const target = instanceResource(world, account, instance?.id ?? "*");
    return [
      {
        action: "ec2:ReplaceIamInstanceProfileAssociation",
        resource: target.resource,
        context: { ...target.context, ...profileContext("ec2:newinstanceprofile", account, input.IamInstanceProfile) },
      },
      ...passRoleNeeds(account, input.IamInstanceProfile, target.resource),
    ];
  },
  handle({ world, account, input, fail }) {
    const instance = instanceByAssociation(world, account, input.AssociationId, fail);
    const profile = profileBySpecification(account, input.IamInstanceProfile, fail);
    const associated = attachProfile(world, instance, profile);
    return { IamInstanceProfileAssociation: associationView(associated, associated.association!, "associating") };
  },
});
