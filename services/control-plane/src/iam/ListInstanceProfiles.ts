// https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListInstanceProfiles.html
import { defaulted, list, required, struct } from "@rolemint/wire";
import { action } from "./action.ts";
import { onPath } from "./needs.ts";
import { byName, page } from "./paging.ts";
import { InstanceProfile, PathPrefix, paged, paging } from "./shapes.ts";
import { instanceProfileView } from "./views.ts";

export const ListInstanceProfiles = action({
  name: "ListInstanceProfiles",
  input: struct({ PathPrefix: defaulted(PathPrefix, "/"), ...paging }),
  output: struct({
    IsTruncated: paged.IsTruncated,
    InstanceProfiles: required(list(InstanceProfile)),
    Marker: paged.Marker,
  }),
  errors: [],
  needs: ({ account, input }) => [onPath("iam:ListInstanceProfiles", account, "instance-profile", input.PathPrefix)],
  handle({ world, account, input }) {
    const found = account.instanceProfiles.list().filter(({ path }) => path.startsWith(input.PathPrefix));
    const { items, ...place } = page(found, input, byName);
    return { InstanceProfiles: items.map((profile) => instanceProfileView(world, profile)), ...place };
  },
});
