// What is not S3's, through the gate to a control plane in another container: served as if it had come there, with the
// address of who called the gate, which nobody else can claim.
import { createServer } from "node:http";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { awsApp } from "@rolemint/control-plane";
import { hostEntropy, type Listener, listen } from "@rolemint/host";
import { silentLog } from "@rolemint/host/log";
import { pipeTo } from "@rolemint/s3-authorizer/pipe";
import { sha256Hex, signRequest } from "@rolemint/sigv4";
import { exchange, openTestGate, type TestGate } from "../support/gate.ts";
import { openTestPlane, REGION, START, type TestPlane } from "../support/plane.ts";

const SECRET = "a-shared-secret-EXAMPLE";
let plane: TestPlane;
let control: Listener;
let t: TestGate;

beforeAll(async () => {
  plane = openTestPlane();
  control = await listen(createServer(awsApp({ ...plane.plane, frontSecret: SECRET })), "127.0.0.1", 0);
  const controlPlane = pipeTo({
    host: "127.0.0.1",
    port: control.port,
    secret: SECRET,
    entropy: hostEntropy,
    log: silentLog,
  });
  t = await openTestGate({ controlPlane });
});
afterAll(async () => {
  await control.close();
  await t.close();
  plane.close();
});

interface Given {
  readonly service: string;
  readonly headers: readonly string[];
  readonly body: string;
  /** Sent and not signed. */
  readonly beside?: readonly string[];
}

function bytesOf({ service, headers, body, beside = [] }: Given): Buffer {
  const length = ["Content-Length", String(Buffer.byteLength(body))];
  const rawHeaders = ["Host", `127.0.0.1:${t.port}`, "Connection", "close", ...headers, ...length];
  const request = { method: "POST", target: "/", rawHeaders };
  const signer = { ...plane.root, service, region: REGION };
  const signed = signRequest(request, signer, { timeMs: START, payloadHash: sha256Hex(body) });
  const all = [...signed.rawHeaders, ...beside];
  const lines = all.flatMap((name, index) => (index % 2 === 0 ? [`${name}: ${all[index + 1]}`] : []));
  return Buffer.from(`POST / HTTP/1.1\r\n${lines.join("\r\n")}\r\n\r\n${body}`);
}

const FORM = ["Content-Type", "application/x-www-form-urlencoded"];
const createUser = (UserName: string): Given => ({
  service: "iam",
  headers: FORM,
  body: new URLSearchParams({ Action: "CreateUser", Version: "2010-05-08", UserName }).toString(),
});
const LOOK_UP: Given = {
  service: "cloudtrail",
  headers: [
    ...["Content-Type", "application/x-amz-json-1.1"],
    ...["X-Amz-Target", "com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101.LookupEvents"],
  ],
  body: "{}",
};
const callersOf = () =>
  plane.world.trail
    .lookUp({ limit: 50 })
    .map(({ eventName, record }) => [eventName, JSON.parse(record).sourceIPAddress]);

test("the trail has the address of who called the gate, whatever they say of themselves", async () => {
  for (const [name, beside] of [
    ["plain", []],
    ["forger", ["X-Rolemint-Peer", `${SECRET} 203.0.113.9`]],
  ] as const) {
    expect((await exchange(t.port, bytesOf({ ...createUser(name), beside }))).status).toBe(200);
  }
  expect(callersOf()).toEqual([
    ["CreateUser", "127.0.0.1"],
    ["CreateUser", "127.0.0.1"],
  ]);
});

test.each([
  { who: "nobody", beside: [] },
  { who: "one with another secret", beside: ["X-Rolemint-Peer", "another-EXAMPLE 127.0.0.1"] },
  { who: "one with half of it", beside: ["X-Rolemint-Peer", `${SECRET.slice(0, -1)} 127.0.0.1`] },
])("the control plane answers $who nothing", async ({ beside }) => {
  const asked = exchange(control.port, bytesOf({ ...createUser("stranger"), beside }));
  await expect(asked).rejects.toThrow(/the connection ended after 0 bytes/);
  expect(plane.world.tables.users.list().map(({ name }) => name)).not.toContain("stranger");
});

test("a control plane that is away is a 503, in the form that the client reads", async () => {
  await control.close();
  const asXml = await exchange(t.port, bytesOf(createUser("late")));
  expect([asXml.status, asXml.code, asXml.headers["content-type"]]).toEqual([503, undefined, "text/xml"]);
  expect(asXml.text).toContain("<Code>ServiceUnavailable</Code>");
  const asJson = await exchange(t.port, bytesOf(LOOK_UP));
  expect([asJson.status, asJson.headers["content-type"]]).toEqual([503, "application/x-amz-json-1.1"]);
  expect(JSON.parse(asJson.text)).toMatchObject({ __type: "ServiceUnavailable" });
});
