// New credentials long before the old ones are due to end, and the old ones end with them, or a little later: what is
// under way with the old ones is refused.
import { liveKeys } from "../generations.ts";
import { nameOf } from "../instances.ts";
import { worldKind } from "./kind.ts";

export const credsRotateEarly = worldKind({
  name: "creds.rotate-early",
  row: "CR5",
  says: "new credentials are issued at once, and the old ones end",
  channel: "world",
  acts: "once",
  parameters: {
    Overlap: { type: "duration", fallback: 0, says: "how long the old keys live on; 0s ends them at once" },
  },
  begin({ world, instances, given: { Overlap }, tell }) {
    for (const instance of instances) {
      const old = liveKeys(world, instance);
      const successor = instance.association && world.rotation.issueNow(instance);
      if (successor?.code === "Success") world.rotation.endKeys(old, world.now() + Overlap);
      else tell(`${nameOf(instance)} has no role that EC2 could take for new credentials`);
    }
    return undefined;
  },
});
