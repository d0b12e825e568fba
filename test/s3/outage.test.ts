// The control plane away: whatever a gate has to ask of it for a request, the answer is the one that SDKs repeat.
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import type { RemoteAuthority } from "@rolemint/authority/remote";
import type { ServedAuthority } from "@rolemint/authority/remote-server";
import { silentLog } from "@rolemint/host/log";
import { localAuthority, type World } from "@rolemint/world";
import { keyOf, openTestGate, type TestGate } from "../support/gate.ts";
import { openRemote, startControlPlane } from "../support/remote-authority.ts";
import { openTestWorld } from "../support/world.ts";

let world: World;
let served: ServedAuthority;
let authority: RemoteAuthority;
let t: TestGate;
const errors: unknown[] = [];

beforeAll(async () => {
  ({ world } = openTestWorld());
  served = await startControlPlane(localAuthority(world));
  authority = openRemote(served.places[0]!);
  await authority.untilConnected();
  t = await openTestGate({ authority, log: { ...silentLog, error: (line: unknown) => void errors.push(line) } });
});
afterAll(async () => {
  await served.close();
  await authority.close();
  await t.close();
  world.close();
});

test("503 SlowDown for a caller, a bucket and an answer that cannot be asked for, and no line of the log for each", async () => {
  const known = keyOf(world, undefined);
  const stranger = keyOf(world, undefined);
  expect((await t.ask({ target: "/", signer: known })).status).toBe(200);
  expect((await t.ask({ target: "/a-bucket", signer: known })).code).toBe("NoSuchBucket");
  await served.close();
  const answers = [
    await t.ask({ target: "/", signer: stranger }),
    await t.ask({ target: "/another-bucket", signer: known }),
    await t.ask({ target: "/", signer: known }),
    await t.ask({ method: "PUT", target: "/new-bucket", signer: known }),
  ];
  expect(answers.map(({ status, code }) => [status, code])).toEqual(Array(4).fill([503, "SlowDown"]));
  expect(errors).toEqual([]);
});
