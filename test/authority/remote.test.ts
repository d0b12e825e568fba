// The seam's contract, met over the wire: by a TCP port and by a Unix socket.
import { join } from "node:path";
import { describeAuthority } from "@rolemint/authority/contract";
import type { Place } from "@rolemint/authority/remote";
import { localAuthority } from "@rolemint/world";
import { openSubject } from "../support/authority-subject.ts";
import { ANY_PORT, openRemote, startControlPlane } from "../support/remote-authority.ts";
import { temporaryDirectory } from "../support/world.ts";

const openAt = (place: () => Place) => () =>
  openSubject(async (world) => {
    const plane = await startControlPlane(localAuthority(world), { places: [place()] });
    const authority = openRemote(plane.places[0]!, { clock: world.hostClock });
    await authority.untilConnected();
    return {
      authority,
      acknowledged: plane.acknowledged,
      async close() {
        await authority.close();
        await plane.close();
      },
    };
  });

describeAuthority(
  "the authority over a port",
  openAt(() => ANY_PORT),
);

describeAuthority(
  "the authority over a Unix socket",
  openAt(() => ({ socketPath: join(temporaryDirectory(), "authority.sock") })),
);
