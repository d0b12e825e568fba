// The metadata service goes on showing the generation that it showed when the fault began, though newer ones are
// issued: a client that renews gets the same keys again and again, and then ones that have ended.
import type { InstanceView } from "@rolemint/authority";
import { viewOf } from "../instance-view.ts";
import { nameOf } from "../instances.ts";
import { worldKind } from "./kind.ts";

type Seen = Pick<InstanceView, "Profile" | "Credentials" | "Changed">;

export const imdsStaleServe = worldKind({
  name: "imds.stale-serve",
  row: "F14",
  says: "metadata goes on showing the credentials of its beginning",
  channel: "world",
  place: "imds.role",
  acts: "while",
  parameters: {},
  begin({ world, instances, tell }) {
    const seen: Record<string, Seen> = {};
    for (const instance of instances) {
      const { Profile, Credentials, Changed } = world.faults.shown(instance, viewOf(world, instance));
      if (Credentials.length > 0) seen[instance.id] = { Profile, Credentials, Changed };
      else tell(`${nameOf(instance)} shows no credentials that it could go on showing`);
    }
    return { seen };
  },
  shown: (view, _, { seen }: { readonly seen?: Readonly<Record<string, Seen>> }) => ({
    ...view,
    ...seen?.[view.InstanceId],
  }),
});
