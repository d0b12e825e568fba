// The kit for Testcontainers: from the call to a world that answers, and to an app that is its instance. The image is
// there before the clock starts.
import { dockerReady } from "../support/docker/engine.ts";
import { IMAGES } from "../support/docker/images.ts";
import { prepareDocker } from "../support/docker/prepare.ts";
import { median, type Row } from "./row.ts";

const ROUNDS = 7;
const BOUND_S = 2;

export async function run(): Promise<Row[]> {
  const prepared = await prepareDocker();
  if ("missing" in prepared) throw new Error(prepared.missing);
  const found = dockerReady();
  if ("env" in found) Object.assign(process.env, found.env);
  // It reads the environment as it is loaded.
  const { GenericContainer } = await import("testcontainers");
  const { RolemintContainer } = await import("../../packages/testcontainers/src/index.ts");
  const worlds: number[] = [];
  const held: number[] = [];
  const bare: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const rolemint = await timed(worlds, () => new RolemintContainer(IMAGES.rolemint.tag).withRole("app").start());
    const alone = await timed(bare, () => new GenericContainer(IMAGES.app.tag).start());
    const app = await timed(held, () => rolemint.attach(new GenericContainer(IMAGES.app.tag), "app"));
    await alone.stop();
    await app.stop();
    await rolemint.stop();
  }
  const ready = median(worlds);
  return [
    {
      name: "testcontainers: a world is ready",
      value: ready,
      unit: "s",
      bound: `≤ ${BOUND_S} s`,
      ok: ready <= BOUND_S,
    },
    {
      name: "testcontainers: an app is attached, against the app alone",
      value: median(held),
      unit: "s",
      ratio: median(held.map((seconds, round) => seconds / bare[round]!)),
    },
  ];
}

async function timed<Given>(into: number[], start: () => Promise<Given>): Promise<Given> {
  const begin = performance.now();
  const given = await start();
  into.push((performance.now() - begin) / 1000);
  return given;
}
