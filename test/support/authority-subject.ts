// The account's side of the seam's contract, over a world in memory: whatever authority stands before it, these are the
// changes that it must show.
import type { Authority, EventRecord } from "@rolemint/authority";
import type { Subject } from "@rolemint/authority/contract";
import { disassociate, type Instance, profileOf, terminate, type World } from "@rolemint/world";
import {
  ACCOUNT,
  associateNow,
  makeInstance,
  makeKey,
  makeProfile,
  makeRole,
  makeUser,
  moveClock,
  openTestWorld,
  REGION,
  tick,
} from "./world.ts";

/** `open` gives the authority over the world, and what a change must wait for before it counts as acknowledged. */
export async function openSubject(
  open: (world: World) => Promise<{ authority: Authority; acknowledged(): Promise<void>; close(): Promise<void> }>,
): Promise<Subject> {
  const { world } = openTestWorld();
  const { authority, acknowledged, close } = await open(world);
  const { roles, users } = world.account(ACCOUNT);
  const instance = (id: string) => world.tables.instances.get(id)!;

  async function changed<Result>(work: () => Result): Promise<Result> {
    const result = world.change(work);
    await acknowledged();
    return result;
  }

  return {
    authority,
    accountId: ACCOUNT,
    region: REGION,
    launch: () => changed(() => launch(world)),
    async setEndpoint(id, endpoint) {
      const row = instance(id);
      await changed(() => world.tables.instances.put({ ...row, options: { ...row.options, endpoint } }));
    },
    async rotate(id) {
      await changed(() => world.rotation.issueNow(instance(id)));
    },
    disassociate: (id) => changed(() => world.rotation.unschedule(disassociate(world, instance(id)))),
    async removeRole(id) {
      const profile = profileOf(world, instance(id))!;
      await changed(() => world.tables.instanceProfiles.put({ ...profile, roleName: undefined }));
    },
    terminate: (id) => changed(() => world.rotation.unschedule(terminate(world, instance(id)))),
    async putFault() {
      return (await changed(() => world.faults.put({ name: "imds.unreachable", target: "all" }))).id;
    },
    async removeFault(id) {
      await changed(() => world.faults.remove(id));
    },
    async addUser(name) {
      const { id, secret } = await changed(() => {
        makeUser(world, name);
        return makeKey(world, name);
      });
      return { accessKeyId: id, secretAccessKey: secret };
    },
    async putUserPolicy(name, text) {
      await changed(() => makeUser(world, name, { ...users.get(name), inline: { own: text } }));
    },
    async setStatus(id, status) {
      await changed(() => world.tables.accessKeys.put({ ...world.tables.accessKeys.get(id)!, status }));
    },
    expire: (id) => changed(() => world.rotation.endKeys([id], world.now())),
    deleteRole: () => changed(() => roles.remove(roles.get("app")!)),
    async moveClock(milliseconds) {
      moveClock(world, milliseconds);
      await tick(world);
      await acknowledged();
    },
    trail: async () =>
      world.trail
        .lookUp({ limit: 50 })
        .filter(({ eventSource }) => eventSource === "s3.amazonaws.com")
        .map(({ eventName, resources }) => `${eventName} ${resources[0]!.ResourceName}`),
    refusal: (requestId) => world.refusals.find(requestId)?.detail,
    events: async () => world.timeline.query({ limit: 1000 }) as EventRecord[],
    async close() {
      await close();
      world.close();
    },
  };
}

function launch(world: World): string {
  if (!world.account(ACCOUNT).roles.get("app")) makeRole(world, "app");
  const profile = world.account(ACCOUNT).instanceProfiles.get("app") ?? makeProfile(world, "app", "app");
  const instance: Instance = associateNow(world, makeInstance(world), profile);
  return instance.id;
}
