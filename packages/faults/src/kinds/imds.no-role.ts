// The instance looks as one without an instance profile: everything under iam/ is 404, and no listing names iam/.
// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/iam-roles-for-amazon-ec2.html
import { requestKind } from "../kind.ts";
import { madeOnce } from "../views.ts";

const withoutRole = madeOnce((view) => ({ ...view, Profile: undefined, Credentials: [] }));

export const imdsNoRole = requestKind({
  name: "imds.no-role",
  row: "F10",
  says: "metadata shows no instance profile: the role list and iam/info are 404",
  channel: "metadata",
  place: "imds.role",
  acts: "requests",
  parameters: {},
  metadata({ path, view }, given) {
    const below = path.slice(path.indexOf("/") + 1);
    const isSeen = below === "meta-data" || below === "meta-data/iam" || below.startsWith("meta-data/iam/");
    return isSeen && view.Profile ? { do: "view", view: withoutRole(view, given) } : undefined;
  },
});
