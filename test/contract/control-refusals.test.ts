// What the control API refuses: who may not call it, what is no call, and inputs that are wrong; each with its status.
import { connect } from "node:net";
import { gzipSync } from "node:zlib";
import { GetCallerIdentityCommand } from "@aws-sdk/client-sts";
import { beforeAll, expect, test } from "@jest/globals";
import { clients } from "../support/aws-clients.ts";
import { expectError, type Raw, rawControl } from "../support/control.ts";
import { type Running, start, trouble } from "../support/rolemint.ts";

let running: Running;

beforeAll(async () => {
  running = await start({ config: "version: 1\nroles: { app: {} }\ninstances: { web: { role: app }, plain: {} }\n" });
});

const raw = (call: Raw) => rawControl(running, call);

test.each([
  ["none", { authorization: "" }],
  ["another", { authorization: `Bearer ${"x".repeat(32)}` }],
  ["an empty one", { authorization: "Bearer " }],
  ["another scheme", { authorization: "Basic cm9sZW1pbnQ6" }],
])("a call with %s as its token is 401", async (_, headers) => {
  for (const path of ["/ListInstances", "/Nope", "/PutFault"]) expectError(await raw({ path, headers }), 401);
  expectError(await raw({ method: "GET", path: "/events", headers }), 401);
});

test.each([
  "evil.example",
  "127.0.0.1.evil.example",
  "localhost.evil.example",
  "169.254.169.254",
  "0.0.0.0",
  "host.docker.internal",
])("a Host that is not of this machine is 403: %j", async (host) => {
  expectError(await raw({ headers: { host } }), 403);
  expectError(await raw({ method: "GET", path: "/health", headers: { host } }), 403);
});

test.each(["http://evil.example", "null", "https://127.0.0.1", "http://127.0.0.1:1", "file://"])(
  "a page of another origin is 403: %s",
  async (origin) => {
    expectError(await raw({ headers: { origin } }), 403);
    expectError(await raw({ method: "OPTIONS", headers: { origin, "access-control-request-method": "POST" } }), 403);
    expectError(await raw({ method: "GET", path: "/health", headers: { origin } }), 403);
  },
);

test("this machine's own names and origin will do", async () => {
  const { port } = new URL(running.ready().endpoints.control);
  for (const host of [`localhost:${port}`, `127.0.0.1:${port}`, "LOCALHOST", `[::1]:${port}`]) {
    expect((await raw({ headers: { host, origin: `http://${host}` } })).status).toBe(200);
  }
});

test("/health needs no token, and says how each part is", async () => {
  const { status, body } = await raw({ method: "GET", path: "/health", headers: { authorization: "" } });
  expect(status).toBe(200);
  expect(body).toMatchObject({
    status: "ok",
    parts: { "control-plane": "ok", imds: "ok", "s3-authorizer": "ok" },
    dataPlanes: expect.arrayContaining(["imds", "s3-authorizer"]),
    eventsDropped: 0,
  });
});

test("app-facing listeners never serve it, and it serves no AWS API", async () => {
  const { endpoints, controlToken } = running.ready();
  const headers = { authorization: `Bearer ${controlToken}` };
  for (const url of [endpoints.aws, running.ready().instances["web"]!.imds]) {
    for (const path of ["/ListInstances", "/health", "/events"]) {
      const response = await fetch(url + path, { method: path === "/ListInstances" ? "POST" : "GET", headers });
      expect(response.status).toBeGreaterThanOrEqual(400);
      expect(await response.text()).not.toMatch(/"Instances"|"parts"/);
    }
  }
  const aws = clients({ ...running.ready(), endpoints: { ...endpoints, aws: endpoints.control } });
  await expect(aws.sts.send(new GetCallerIdentityCommand({}))).rejects.toThrow();
});

test.each(["/events", "/client?instance=web"])("HEAD %s is 404 and ends, for a GET would not", async (path) => {
  expect(await raw({ method: "HEAD", path })).toMatchObject({ status: 404 });
});

test.each([
  ["an action that there is not", { path: "/Nope" }, 404],
  ["constructor", { path: "/constructor" }, 404],
  ["__proto__", { path: "/__proto__" }, 404],
  ["another case", { path: "/listinstances" }, 404],
  ["a GET", { method: "GET" }, 404],
  ["a DELETE", { method: "DELETE" }, 404],
  ["the root", { path: "/" }, 404],
  ["something deeper", { path: "/ListInstances/web" }, 404],
  ["a path that cannot be decoded", { path: "/%zz" }, 400],
  ["a request that is not known", { path: "/ExplainRequest", body: '{"RequestId":"x"}' }, 404],
  ["broken JSON", { body: "{" }, 400],
  ["a list", { body: "[]" }, 400],
  ["null", { body: "null" }, 400],
  ["a text", { body: '"x"' }, 400],
  ["bytes", { body: Buffer.from([0xff, 0xfe, 0x00]) }, 400],
  ["a megabyte and more", { body: `{"a":"${"x".repeat(1_100_000)}"}` }, 400],
  ["a bomb", { headers: { "content-encoding": "gzip" }, body: gzipSync(" ".repeat(20_000_000)) }, 400],
  ["a body in no known coding", { headers: { "content-encoding": "nonsense" }, body: "{}" }, 400],
  [
    "a body in no known charset",
    { headers: { "content-type": "application/json; charset=nonsense" }, body: "{}" },
    400,
  ],
  ["JSON nested deeply", { body: "[".repeat(200_000) }, 400],
])("%s is %#", async (_, call, status) => {
  expectError(await raw(call), status);
});

test("an empty body is {}, and the type that is sent does not matter", async () => {
  for (const call of [{ body: "" }, { body: " \n" }, { body: "{}", headers: { "content-type": "text/plain" } }]) {
    const { status, type, body } = await raw(call);
    expect(status).toBe(200);
    expect(type).toMatch(/^application\/json/);
    expect(body.Instances).toHaveLength(2);
  }
});

const ACTIONS = [
  "ListInstances",
  "DescribeWorld",
  "RotateCredentials",
  "ExpireCredentials",
  "SetRotation",
  "AdvanceClock",
  "SetClock",
  "ListEvents",
  "ApplyConfig",
  "Reset",
];

test.each(ACTIONS)("%s refuses members that it does not have, prototypes' names among them", async (action) => {
  for (const body of [
    '{"Nope":1}',
    '{"__proto__":{}}',
    '{"constructor":1}',
    '{"toString":"x"}',
    '{"instance":"web"}',
  ]) {
    const answer = await running.ask(action, body);
    expectError(answer, 400);
  }
});

test.each([
  ["RotateCredentials", {}],
  ["RotateCredentials", { Instance: 5 }],
  ["RotateCredentials", { Instance: null }],
  ["RotateCredentials", { Instance: "" }],
  ["RotateCredentials", { Instance: ["web"] }],
  ["ExpireCredentials", {}],
  ["ExpireCredentials", { Instance: "web", AccessKeyId: "ASIAIOSFODNN7EXAMPLE" }],
  ["ExpireCredentials", { AccessKeyId: "AKIAIOSFODNN7EXAMPLE" }],
  ["ExpireCredentials", { AccessKeyId: "nonsense" }],
  ["SetRotation", {}],
  ["SetRotation", { Profile: "slow" }],
  ["SetRotation", { Profile: "constructor" }],
  ["SetRotation", { Profile: "ec2", Lifetime: "1h" }],
  ["SetRotation", { Lifetime: "1h" }],
  ["SetRotation", { RenewEvery: "1h" }],
  ["SetRotation", { Lifetime: "1h", RenewEvery: "2h" }],
  ["SetRotation", { Lifetime: "0s", RenewEvery: "0s" }],
  ["SetRotation", { Lifetime: "999ms", RenewEvery: "999ms" }],
  ["SetRotation", { Lifetime: "-1h", RenewEvery: "1h" }],
  ["SetRotation", { Lifetime: "99999h", RenewEvery: "1h" }],
  ["SetRotation", { Lifetime: "1h", RenewEvery: "1h", Overlap: `${"9".repeat(400)}h` }],
  ["SetRotation", { Lifetime: "1h", RenewEvery: "1h", Jitter: `${"9".repeat(400)}h` }],
  ["SetRotation", { Lifetime: "1h", RenewEvery: "1h", Jitter: "99999999h" }],
  ["SetRotation", { Lifetime: "1", RenewEvery: "1" }],
  ["SetRotation", { Lifetime: 3600, RenewEvery: 60 }],
  ["AdvanceClock", {}],
  ["AdvanceClock", { By: "soon" }],
  ["AdvanceClock", { By: 60 }],
  ["AdvanceClock", { By: "1000000d" }],
  ["AdvanceClock", { By: "-1000000d" }],
  ["AdvanceClock", { By: `${"9".repeat(400)}d` }],
  ["SetClock", {}],
  ["SetClock", { Time: "tomorrow" }],
  ["SetClock", { Time: "2026-11-23" }],
  ["SetClock", { Time: "2026-02-30T00:00:00Z" }],
  ["SetClock", { Time: "1999-12-31T23:59:59Z" }],
  ["SetClock", { Time: "2200-01-01T00:00:00Z" }],
  ["SetClock", { Rate: -1 }],
  ["SetClock", { Rate: 10_001 }],
  ["SetClock", { Rate: "2" }],
  ["SetClock", { Rate: null }],
  ["ListEvents", { Limit: 0 }],
  ["ListEvents", { Limit: 1.5 }],
  ["ListEvents", { Limit: 1e9 }],
  ["ListEvents", { Limit: "10" }],
  ["ListEvents", { Since: "yesterday" }],
  ["ListEvents", { Since: 5 }],
  ["ListEvents", { Since: "-1" }],
  ["ListEvents", { Since: "" }],
  ["ApplyConfig", {}],
  ["ApplyConfig", { Config: [] }],
  ["ApplyConfig", { Config: {} }],
  ["ApplyConfig", { Config: { version: 1, account: "111122223333", region: "us-east-1" } }],
])("%s %j is 400, and changes nothing", async (action, input) => {
  const { Revision } = await running.control("DescribeWorld");
  expectError(await running.ask(action, input), 400);
  expect((await running.control("DescribeWorld")).Revision).toBe(Revision);
});

test.each([
  ["RotateCredentials", { Instance: "nobody" }],
  ["RotateCredentials", { Instance: "__proto__" }],
  ["RotateCredentials", { Instance: "i-00000000000000000" }],
  ["ExpireCredentials", { Instance: "nobody" }],
  ["SetRotation", { Instance: "nobody", Profile: "fast" }],
  ["ListEvents", { Instance: "nobody" }],
])("%s %j is 404", async (action, input) => {
  expectError(await running.ask(action, input), 404);
});

test("old and impolite clients are answered, and a connection may be used for many calls", async () => {
  const { endpoints, controlToken } = running.ready();
  const port = Number(new URL(endpoints.control).port);
  const speak = async (text: string) => {
    const socket = connect(port, "127.0.0.1");
    socket.end(text);
    const chunks: Buffer[] = [];
    for await (const chunk of socket) chunks.push(chunk);
    return Buffer.concat(chunks).toString();
  };
  const auth = `Authorization: Bearer ${controlToken}\r\n`;
  expect(await speak(`GET /health HTTP/1.0\r\nHost: localhost\r\n\r\n`)).toMatch(/^HTTP\/1\.1 200 /);
  expect(await speak(`GET /health HTTP/1.0\r\n\r\n`)).toMatch(/^HTTP\/1\.1 403 /);
  const one = `POST /ListInstances HTTP/1.1\r\nHost: localhost\r\n${auth}Content-Length: 2\r\n\r\n{}`;
  const last = one.replace("Content-Length", "Connection: close\r\nContent-Length");
  expect((await speak(one.repeat(20) + last)).match(/HTTP\/1\.1 200 /g)).toHaveLength(21);
  expect(await speak("nonsense\r\n\r\n")).toMatch(/^HTTP\/1\.1 400 /);
  expect(await speak(`POST /ListInstances HTTP/1.1\r\nHost: localhost\r\n${auth}Content-Length: 99\r\n\r\n{`)).toMatch(
    /^(?:HTTP\/1\.1 400 |$)/,
  );
  expect((await running.control("ListInstances")).Instances).toHaveLength(2);
});

test("and none of it was trouble", () => {
  expect(trouble(running)).toBe("");
});
