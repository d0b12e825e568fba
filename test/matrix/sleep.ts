// The machine of all clients sleeps: their containers are paused, the world's clock goes on to the end of the sleep, and
// they wake up with their clocks where the world's is.
import { once } from "node:events";
import { get } from "node:http";
import type { Client } from "../clients/clients.ts";
import { until } from "../support/until.ts";
import { type Clock, moveClock, openClock } from "./clock.ts";
import { docker } from "./docker.ts";
import type { MatrixLab } from "./lab.ts";

export async function sleepThrough(
  lab: MatrixLab,
  clients: readonly Client[],
  clock: Clock,
  preset: string,
): Promise<void> {
  const { project } = lab;
  const { endpoints, controlToken } = project.ready();
  // The control API plays it only to those over whom somebody has power.
  const attached = await Promise.all(
    clients.map(async ({ name }) => {
      const query = new URLSearchParams({ instance: name, clock: "true" });
      const headers = { authorization: `Bearer ${controlToken}` };
      const stream = get(`${endpoints.control}/client?${query}`, { headers, agent: false });
      const [response] = await once(stream, "response");
      response.on("error", () => {}).resume();
      return stream.on("error", () => {});
    }),
  );
  const containers = clients.map((client) => lab.container(client));
  const old = clock.line;
  await docker("pause", ...containers);
  try {
    await project.control("PutPreset", { Name: preset, Target: "all" });
    await until(async () => (await project.control("ListFaults")).Faults.length === 0, 10_000);
    clock.line = (await openClock(project, old.rate)).line;
    for (const client of clients) moveClock(lab.clockFile(client), old, clock.line);
  } finally {
    await docker("unpause", ...containers);
    for (const stream of attached) stream.destroy();
  }
}
