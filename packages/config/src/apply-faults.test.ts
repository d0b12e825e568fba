// The faults of a file: put once, left alone while they stand as they stood, taken away when they do not.
import { expect, test } from "@jest/globals";
import { profileOf, type World } from "@rolemint/world";
import { moveClock, openTestWorld } from "../../../test/support/world.ts";
import { configProblem } from "./applicable.ts";
import { apply, configOf } from "./apply-from.fixture.ts";
import { configuredInstance } from "./apply-instances.ts";
import { ApplyError } from "./index.ts";

const SLOW = { name: "s3.slow-down", target: "web", for: "30m" };
const AWAY = { name: "imds.unreachable", target: "web" };
const settings = (...faults: object[]) => ({
  instances: { web: { role: "app" } },
  roles: { app: {} },
  faults,
});

const shown = (world: World) => world.faults.list().map(({ id, name }) => `${id} ${name}`);

test("they are put once", async () => {
  const { world } = openTestWorld();
  await apply(world, settings(SLOW, AWAY));
  expect(shown(world)).toEqual(["f-1 s3.slow-down", "f-2 imds.unreachable"]);
  const revision = world.revision();
  await apply(world, settings(SLOW, AWAY));
  await apply(world, settings(AWAY, SLOW));
  expect(shown(world)).toEqual(["f-1 s3.slow-down", "f-2 imds.unreachable"]);
  expect(world.revision()).toBe(revision);
});

test("one that is over is not put again, one that was changed is", async () => {
  const { world } = openTestWorld();
  await apply(world, settings(SLOW, AWAY));
  moveClock(world, 30 * 60_000);
  world.faults.tick();
  await apply(world, settings(SLOW, AWAY));
  expect(shown(world)).toEqual(["f-2 imds.unreachable"]);
  await apply(world, settings(SLOW, { ...AWAY, for: "2h" }));
  expect(shown(world)).toEqual(["f-3 imds.unreachable"]);
  await apply(world, settings());
  expect(shown(world)).toEqual([]);
});

test("what the API put is left alone", async () => {
  const { world } = openTestWorld();
  await apply(world, settings(SLOW));
  world.faults.put({ name: "sts.throttle", target: "all" });
  await apply(world, settings());
  expect(shown(world)).toEqual(["f-2 sts.throttle"]);
});

test("the only instance is meant where none is named, a preset puts all of its faults", async () => {
  const { world } = openTestWorld();
  await apply(world, settings({ name: "sts.throttle" }, { preset: "mid-multipart", parameters: { part: 4 } }));
  const [web] = world.account(world.accountId).instances();
  expect(world.faults.list()).toMatchObject([
    { name: "sts.throttle", target: `instance ${web!.id}` },
    { name: "s3.expire-mid-multipart", target: `instance ${web!.id}`, parameters: { Part: 4 } },
  ]);
});

test.each([
  ["role.swap", { Role: "mail" }],
  ["role.detach", {}],
])("what a file says of a role while %s has it outlasts the fault", async (name, given) => {
  const { world } = openTestWorld();
  const saying = (web: object) => ({ roles: { app: {}, mail: {}, post: {} }, instances: { web } });
  const roleOf = () => profileOf(world, configuredInstance(world, "web")!)?.roleName;
  for (const [web, meanwhile, after] of [
    [{ role: "app" }, name === "role.swap" ? "mail" : undefined, "app"],
    [{ role: "post" }, "post", "post"],
    [{}, undefined, undefined],
  ] as const) {
    await apply(world, saying({ role: "app" }));
    const { id } = world.faults.put({ name, target: "web", given });
    await apply(world, saying(web));
    expect(roleOf()).toBe(meanwhile);
    world.faults.remove(id);
    expect(roleOf()).toBe(after);
  }
});

test("two that contradict each other are refused, and nothing is applied", async () => {
  const { world } = openTestWorld();
  const refused = apply(world, settings(AWAY, { ...AWAY, target: "all" }));
  await expect(refused).rejects.toThrow(/^faults\[1\] \(imds\.unreachable\): .* contradicts imds\.unreachable/);
  await expect(refused).rejects.toBeInstanceOf(ApplyError);
  expect(shown(world)).toEqual([]);
  expect(world.account(world.accountId).instances()).toEqual([]);
});

test.each([
  "now",
  "+1h30m",
  "2026-11-23T06:30:00Z",
  "2026-11-23T06:30Z",
  "2026-11-23T06:30:00",
  "2026-11-23T08:30+02:00",
])("a beginning that a file may say is taken from `rolemint apply` too: %s", async (when) => {
  const { world } = openTestWorld();
  const config = await configOf(settings({ ...SLOW, when }));
  expect(configProblem(config)).toBeUndefined();
  await apply(world, settings({ ...SLOW, when }));
  expect(shown(world)).toEqual(["f-1 s3.slow-down"]);
});

test.each(["10m", "+10", "tomorrow", "2026-11-23", "2026-02-30T00:00:00Z"])(
  "what no file may say of it is refused from the control API: %s",
  async (at) => {
    const config = await configOf(settings(SLOW));
    const faults = config.faults.map((fault) => ({ ...fault, at }));
    expect(configProblem({ ...config, faults })).toMatch(/^Config\.faults\.0\.at: /);
  },
);
