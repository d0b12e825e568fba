// https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeIamInstanceProfileAssociations.html
import { list, named, string, struct } from "@rolemint/wire";
import { action } from "./action.ts";
import { ASSOCIATION_FILTERS, filtered } from "./filters.ts";
import { instanceByAssociation, regionContext } from "./lookup.ts";
import { page } from "./paging.ts";
import { Association, paging } from "./shapes.ts";
import { associationView } from "./views.ts";

export const DescribeIamInstanceProfileAssociations = action({
  name: "DescribeIamInstanceProfileAssociations",
  input: struct({ AssociationIds: named(list(string()), { sent: "AssociationId" }), ...paging }),
  output: struct({
    IamInstanceProfileAssociations: named(list(Association), { answered: "iamInstanceProfileAssociationSet" }),
    NextToken: string(),
  }),
  errors: ["InvalidAssociationID.NotFound"],
  needs: ({ world }) => [
    { action: "ec2:DescribeIamInstanceProfileAssociations", resource: "*", context: regionContext(world) },
  ],
  handle({ world, account, input, fail }) {
    const all = input.AssociationIds
      ? input.AssociationIds.map((id) => instanceByAssociation(world, account, id, fail))
      : account.instances().filter((instance) => instance.association !== undefined);
    const found = filtered(world, all, input.Filters, ASSOCIATION_FILTERS);
    const { rows, NextToken } = page(found, input, (instance) => instance.id);
    const views = rows.map((instance) => associationView(instance, instance.association!, "associated"));
    return { IamInstanceProfileAssociations: views, NextToken };
  },
});
