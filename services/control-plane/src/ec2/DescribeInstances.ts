// https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeInstances.html
import { list, named, string, struct } from "@rolemint/wire";
import { action } from "./action.ts";
import { filtered, INSTANCE_FILTERS } from "./filters.ts";
import { instancesById, regionContext, shownInstances } from "./lookup.ts";
import { page } from "./paging.ts";
import { DryRun, InstanceIds, paging, Reservation } from "./shapes.ts";
import { reservationsOf } from "./views.ts";

export const DescribeInstances = action({
  name: "DescribeInstances",
  input: struct({ InstanceIds: named(InstanceIds, { sent: "InstanceId" }), DryRun, ...paging }, [
    "IncludeManagedResources",
  ]),
  output: struct({ Reservations: named(list(Reservation), { answered: "reservationSet" }), NextToken: string() }),
  errors: ["InvalidInstanceID.Malformed", "InvalidInstanceID.NotFound", "InvalidParameterCombination"],
  needs: ({ world }) => [{ action: "ec2:DescribeInstances", resource: "*", context: regionContext(world) }],
  handle({ world, account, input, fail }) {
    const { InstanceIds: ids, Filters, MaxResults } = input;
    if (ids && MaxResults !== undefined) {
      const text = "The parameter instancesSet cannot be used with the parameter maxResults";
      throw fail("InvalidParameterCombination", text);
    }
    const asked = ids ? instancesById(world, account, ids, fail) : shownInstances(world, account);
    const found = filtered(world, asked, Filters, INSTANCE_FILTERS);
    const { rows, NextToken } = page(found, input, (instance) => instance.id);
    return { Reservations: reservationsOf(world, rows), NextToken };
  },
});
