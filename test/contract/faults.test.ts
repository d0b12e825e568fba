// Faults over the control API: what a client of the metadata service and of S3 meets, and what is refused.
import { beforeAll, expect, test } from "@jest/globals";
import { metadataToken } from "../support/metadata.ts";
import { type Running, start } from "../support/rolemint.ts";

let running: Running;
let imds: string;

beforeAll(async () => {
  running = await start();
  imds = running.ready().instances["web"]!.imds;
});

const put = (input: object) => running.ask("PutFault", input);

test("the metadata service can be away, and comes back when the fault is taken away", async () => {
  expect(await metadataToken(imds)).toHaveLength(56);
  const { body } = await put({ Name: "imds.unreachable", Target: "web", For: "10m" });
  expect(body.Fault).toMatchObject({ Name: "imds.unreachable", Target: "web", State: "acting" });
  await expect(metadataToken(imds)).rejects.toThrow("fetch failed");
  expect((await running.control("ListFaults")).Faults[0].Acted[0].Times).toBe(1);
  await running.control("DeleteFault", { Id: body.Fault.Id });
  expect(await metadataToken(imds)).toHaveLength(56);
  const { Events } = await running.control("ListEvents");
  expect(Events.filter((event: any) => event.Kind === "fault").map((event: any) => event.Code)).toEqual([
    "began",
    "acted",
    "ended",
  ]);
});

test("it waits while the world's clock is moved back to before its beginning", async () => {
  const state = async () => (await running.control("ListFaults")).Faults[0].State;
  const { body } = await put({ Name: "imds.unreachable", Target: "web" });
  await running.control("AdvanceClock", { By: "-1h" });
  expect([await state(), (await metadataToken(imds)).length]).toEqual(["waiting", 56]);
  await running.control("AdvanceClock", { By: "1h" });
  expect(await state()).toBe("acting");
  await expect(metadataToken(imds)).rejects.toThrow("fetch failed");
  await running.control("DeleteFault", { Id: body.Fault.Id });
});

test("it ends by itself with the world's clock", async () => {
  await put({ Name: "imds.unreachable", Target: "all", For: "30m" });
  await expect(metadataToken(imds)).rejects.toThrow("fetch failed");
  await running.control("AdvanceClock", { By: "30m" });
  expect(await metadataToken(imds)).toHaveLength(56);
  expect((await running.control("ListFaults")).Faults).toEqual([]);
});
