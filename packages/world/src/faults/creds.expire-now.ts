// Every key that the instance was given is refused as expired from now on; metadata shows it until the next rotation.
import { worldKind } from "./kind.ts";

export const credsExpireNow = worldKind({
  name: "creds.expire-now",
  row: "CR1",
  says: "the instance's credentials are refused as expired at once",
  channel: "world",
  acts: "once",
  parameters: {},
  begin({ world, instances }) {
    for (const instance of instances) world.rotation.endAll(instance, world.now());
    return undefined;
  },
});
