// https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DisassociateIamInstanceProfile.html
import { required, string, struct } from "@rolemint/wire";
import { detachProfile } from "@rolemint/world";
import { action } from "./action.ts";
import { instanceByAssociation, instanceResource } from "./lookup.ts";
import { Association } from "./shapes.ts";
import { associationView } from "./views.ts";

export const DisassociateIamInstanceProfile = action({
  name: "DisassociateIamInstanceProfile",
  input: struct({ AssociationId: required(string()) }),
  output: struct({ IamInstanceProfileAssociation: required(Association) }),
  errors: ["InvalidAssociationID.NotFound"],
  needs({ world, account, input }) {
    const [instance] = world.tables.instances.find("association_id", input.AssociationId);
    return [{ action: "ec2:DisassociateIamInstanceProfile", ...instanceResource(world, account, instance?.id ?? "*") }];
  },
  handle({ world, account, input, fail }) {
    const instance = instanceByAssociation(world, account, input.AssociationId, fail);
    detachProfile(world, instance);
    return { IamInstanceProfileAssociation: associationView(instance, instance.association!, "disassociating") };
  },
});
