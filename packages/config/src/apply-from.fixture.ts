// Settings applied to a world as `rolemint apply` does it: as a file that is loaded and checked.
import { expect } from "@jest/globals";
import type { World } from "@rolemint/world";
import { type Applied, applyConfig, type Config } from "./index.ts";
import { loadFrom } from "./load-from.fixture.ts";

/** What the file says, in JSON, which is YAML too; the defaults of everything it leaves out are filled in. */
export async function configOf(settings: object, instanceProfiles = new Set<string>()): Promise<Config> {
  const { loaded, lines } = await loadFrom(
    { "rolemint.yaml": JSON.stringify({ version: 1, ...settings }) },
    { instanceProfiles },
  );
  expect(lines).toEqual([]);
  return loaded.config!;
}

export async function apply(world: World, settings: object, instanceProfiles?: Set<string>): Promise<Applied> {
  return applyConfig(world, await configOf(settings, instanceProfiles));
}
