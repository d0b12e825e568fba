// The running control API against its description: every action that there is answers as docs/openapi.json says, and
// what the description refuses is refused.
import { beforeAll, expect, test } from "@jest/globals";
import { builtinConfig } from "@rolemint/config";
import { Ajv2020 } from "ajv/dist/2020.js";
import { expectError, rawControl } from "../support/control.ts";
import { documentOf, metadata } from "../support/metadata.ts";
import { openApi } from "../support/openapi.ts";
import { type Running, start } from "../support/rolemint.ts";

const CONFIG = "version: 1\nroles: { app: {} }\ninstances: { web: { role: app }, plain: {} }\nbuckets: { demo: {} }\n";
/** Good inputs of every action, in an order that lets each succeed. A new action comes with its line. */
const INPUTS: Readonly<Record<string, () => readonly object[] | Promise<readonly object[]>>> = {
  ListInstances: () => [{}],
  DescribeWorld: () => [{}],
  RotateCredentials: () => [{ Instance: "web" }],
  ExpireCredentials: () => [{ Instance: "web" }],
  SetRotation: () => [
    { Profile: "tiny" },
    { Instance: "web", Lifetime: "2h", RenewEvery: "90m", Overlap: "10m", Jitter: "1m" },
  ],
  AdvanceClock: () => [{ By: "1h" }, { By: "-1h" }],
  SetClock: () => [{ Rate: 0.5 }, { Time: "2026-11-23T05:30:00Z" }],
  ListEvents: () => [{}, { Since: "0", Instance: "web", Kinds: ["metadata", "issue"], Limit: 5 }],
  ExplainRequest: async () => [{ RequestId: await refusedRequest() }],
  PutFault: () => [{ Name: "imds.unreachable", Target: "plain", For: "10m" }],
  PutPreset: () => [{ Name: "imds-outage-30m", Target: "web" }],
  ListFaults: () => [{}, { All: true }],
  DeleteFault: () => [{ All: true }],
  ApplyConfig: () => [{ Config: { ...builtinConfig(), buckets: [] } }],
  Reset: () => [{}],
};

const description = openApi();
const ajv = new Ajv2020({ strict: true, formats: { "date-time": /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z$/ } });
ajv.addVocabulary(["components"]);
ajv.addSchema({ $id: "api", components: description.components });

let running: Running;

beforeAll(async () => {
  running = await start({ config: CONFIG });
  await documentOf(running.ready().instances["web"]!.imds);
});

/** The id of a request that nobody signed. */
async function refusedRequest(): Promise<string> {
  const refused = await fetch(`${running.ready().endpoints.s3}/demo/none`);
  expect(refused.status).toBe(403);
  return refused.headers.get("x-amz-request-id")!;
}

/** What is wrong with a value by a schema of the description; nothing, if all is well. */
function faultsOf(schema: string, value: unknown): unknown[] {
  const check = ajv.getSchema(`api#/components/schemas/${schema}`)!;
  return check(value) ? [] : (check.errors ?? []);
}

test("every action of the description has an input here, and every input its action", () => {
  const actions = Object.keys(description.paths).filter((path) => !["/client", "/events", "/health"].includes(path));
  expect(
    Object.keys(INPUTS)
      .map((name) => `/${name}`)
      .sort(),
  ).toEqual(actions.sort());
});

test.each(Object.keys(INPUTS))("%s takes and answers what the description says", async (action) => {
  for (const input of await INPUTS[action]!()) {
    expect(faultsOf(`${action}Input`, input)).toEqual([]);
    const { status, body } = await running.ask(action, input);
    expect([input, status, faultsOf(`${action}Output`, body)]).toEqual([input, 200, []]);
  }
});

test.each([
  ["RotateCredentials", {}],
  ["RotateCredentials", { Instance: "web", Nope: 1 }],
  ["SetRotation", { Profile: "slow" }],
  ["SetRotation", { Lifetime: "soon", RenewEvery: "1h" }],
  ["AdvanceClock", { By: 60 }],
  ["SetClock", { Rate: 10_001 }],
  ["ListEvents", { Limit: 1.5 }],
  ["ApplyConfig", { Config: [] }],
])("%s %j is wrong by the description, and refused in its words", async (action, input) => {
  expect(faultsOf(`${action}Input`, input)).not.toEqual([]);
  const answer = await running.ask(action, input);
  expectError(answer, 400);
  expect(faultsOf("Error", answer.body)).toEqual([]);
});

test("health and the events of the stream are as described", async () => {
  const { body } = await rawControl(running, { method: "GET", path: "/health", headers: { authorization: "" } });
  expect(faultsOf("Health", body)).toEqual([]);
  await metadata(running.ready().instances["web"]!.imds, "/latest/meta-data/instance-id");
  const { endpoints, controlToken } = running.ready();
  const headers = { authorization: `Bearer ${controlToken}` };
  const stream = await fetch(`${endpoints.control}/events?since=0`, { headers });
  expect(stream.headers.get("content-type")).toBe("application/x-ndjson");
  for await (const line of stream.body!.pipeThrough(new TextDecoderStream())) {
    const events = line
      .trim()
      .split("\n")
      .map((text) => JSON.parse(text));
    expect(events.length).toBeGreaterThan(0);
    expect(events.flatMap((event) => faultsOf("Event", event))).toEqual([]);
    break;
  }
});
