// Faults on the wire, over real sockets: in both lanes, on kept connections, one request behind the other; and what the
// timeline is told of requests whose answer did not come.
import { connect, type Socket } from "node:net";
import { afterAll, expect, test } from "@jest/globals";
import type { ActiveFault, EventRecord, InstanceView } from "@rolemint/authority";
import type { Entropy, Listener } from "@rolemint/host";
import { silentLog } from "@rolemint/host/log";
import { pause } from "@rolemint/host/schedule";
import { textOf } from "./answer.ts";
import { type MetadataListenerOptions, startMetadataListener } from "./listener.ts";
import { respond } from "./respond.ts";
import { SAMPLE_NOW, SAMPLE_VIEWS } from "./sample-view.fixture.ts";

const HOST = "127.0.0.1";
const entropy: Entropy = (size) => Buffer.alloc(size, 7);
const DOCUMENT = "/latest/meta-data/iam/security-credentials/s3access";
const MAC = "/latest/meta-data/mac";
const KEEP = "Connection: keep-alive\r\n";
/** Longer than anything here waits but what waits for ever. */
const SILENCE_MS = 250;

type Fault = readonly [name: string, given?: object, changes?: Partial<ActiveFault>];

interface Lab {
  readonly listener: Listener;
  /** Of requests: path, status, generation. */
  events(): readonly (readonly [string | undefined, number | undefined, number | undefined])[];
}

const open: Listener[] = [];
afterAll(() => Promise.all(open.map((listener) => listener.close())));

async function start(
  faults: readonly Fault[],
  view: InstanceView = SAMPLE_VIEWS.optional,
  options: Partial<MetadataListenerOptions> = {},
): Promise<Lab> {
  const events: EventRecord[] = [];
  const active = faults.map(([Name, given = {}, changes], at) => {
    const common = { Id: `f-${at}`, Target: "all", Begins: 0, Ends: 1e15, Probability: "1", Seed: "s", Acted: [] };
    return { ...common, Name, Parameters: JSON.stringify(given), ...changes };
  });
  const listener = await startMetadataListener({
    host: HOST,
    port: 0,
    lookup: () => view,
    now: () => SAMPLE_NOW,
    record: (event) => void events.push(event),
    faults: { faults: () => active },
    log: silentLog,
    entropy,
    ...options,
  });
  open.push(listener);
  return {
    listener,
    events: () =>
      events
        .filter(({ Kind }) => Kind === "metadata")
        .map(({ Path, Status, Generation }) => [Path, Status, Generation]),
  };
}

interface Heard {
  readonly text: string;
  readonly end: "closed" | "reset" | "silent";
}

/** Sends the parts one after the other, and listens until the connection ends or nothing comes any more. */
async function converse({ listener }: Lab, parts: readonly string[], silenceMs = SILENCE_MS): Promise<Heard> {
  const socket = connect({ host: HOST, port: listener.port, noDelay: true });
  let text = "";
  let end: Heard["end"] = "closed";
  socket.setEncoding("latin1").on("data", (part) => {
    text += part;
  });
  socket.on("error", () => {
    end = "reset";
  });
  socket.setTimeout(silenceMs, () => {
    end = "silent";
    socket.destroy();
  });
  const closed = new Promise((done) => socket.on("close", done));
  for (const part of parts) {
    socket.write(part, "latin1");
    await pause(5);
  }
  await closed;
  return { text, end };
}

const get = (path: string, headers = "") => `GET ${path} HTTP/1.1\r\nHost: a\r\n${headers}\r\n`;
const put = (headers = "") =>
  `PUT /latest/api/token HTTP/1.1\r\nHost: a\r\nx-aws-ec2-metadata-token-ttl-seconds: 60\r\n${headers}\r\n`;

/** What is answered where there are no faults. */
function usual(wire: string, view: InstanceView = SAMPLE_VIEWS.optional): string {
  const [line = "", ...headers] = wire.trimEnd().split("\r\n");
  const [method = "", target = ""] = line.split(" ");
  const rawHeaders = headers.flatMap((header) => header.split(": "));
  return textOf(respond({ method, target, rawHeaders, httpVersion: "1.1" }, view, SAMPLE_NOW, entropy));
}

/** A request that comes whole stays in the fast lane; one in two parts leaves it. */
const LANES = [
  ["fast", (wire: string) => [wire]],
  ["slow", (wire: string) => [wire.slice(0, 9), wire.slice(9)]],
] as const;

const DATE = "Date: Mon, 23 Nov 2026 05:20:02 GMT\r\n";
const EMPTY = `Content-Length: 0\r\n${DATE}Server: EC2ws\r\nConnection: close\r\nContent-Type: text/plain\r\n\r\n`;

describeLanes("an answer of EC2's own, to the byte", async (parts) => {
  const answers: readonly [Fault, string, string][] = [
    [["imds.5xx", { Step: "any", Status: "500" }], get(MAC), `HTTP/1.1 500 Internal Server Error\r\n${EMPTY}`],
    [["imds.throttle", { Rate: 0, Burst: 0, Kind: "answer" }], get(MAC), `HTTP/1.1 429 Too Many Requests\r\n${EMPTY}`],
    [["imds.v2-only"], get(MAC), `HTTP/1.1 401 Unauthorized\r\n${EMPTY}`],
    [["imds.v1-only", { Status: "405" }], put(), `HTTP/1.1 405 Not Allowed\r\nAllow: GET, HEAD\r\n${EMPTY}`],
    [
      ["imds.v1-only", { Status: "403" }],
      put(),
      `HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nContent-Type: text/plain\r\n${DATE}Server: EC2ws\r\nConnection: close\r\n\r\n`,
    ],
    [["imds.v1-only", { Status: "404" }], put(), usual(get("/latest/nothing"))],
    [["imds.disabled", { Form: "403" }], put(), usual(get("/"), SAMPLE_VIEWS.disabled)],
    [["imds.token-endpoint-only-fails", { Form: "403" }], get(MAC), `HTTP/1.1 401 Unauthorized\r\n${EMPTY}`],
  ];
  for (const [fault, wire, text] of answers) {
    const lab = await start([fault]);
    expect(await converse(lab, parts(wire))).toEqual({ text, end: "closed" });
    expect(lab.events().map(([, status]) => String(status))).toEqual([text.slice(9, 12)]);
  }
  const lab = await start([["imds.5xx", { Step: "any", Status: "503" }]]);
  const { text } = await converse(lab, parts(get(MAC)));
  expect(text).toMatch(/^HTTP\/1\.1 503 Service Unavailable\r\nContent-Type: text\/html\r\nContent-Length: 359\r\n/);
});

describeLanes("a kept connection lives through an answer", async (parts) => {
  const lab = await start([["imds.5xx", { Step: "any", Status: "503" }, { Times: 1 }]]);
  const { text, end } = await converse(lab, [...parts(get(MAC, KEEP)), ...parts(get(MAC))]);
  expect(text).toMatch(/^HTTP\/1\.1 503 (?:(?!Connection)[\s\S])*<\/html>\nHTTP\/1\.1 200 OK\r\n/);
  expect([text.endsWith(usual(get(MAC))), end]).toEqual([true, "closed"]);
});

describeLanes("a HEAD gets the headers of what a GET gets, and no body", async (parts) => {
  const cases: readonly Fault[] = [
    ["imds.5xx", { Step: "any", Status: "503" }],
    ["imds.disabled", { Form: "403" }],
    ["imds.malformed", { Kind: "html", Field: "Code" }],
    ["imds.slow", { FirstByte: 5, BytesPerSecond: 20_000, Jitter: 0 }],
  ];
  for (const fault of cases) {
    const lab = await start([fault]);
    const got = (await converse(lab, parts(get(DOCUMENT, KEEP)))).text;
    const heads = parts(get(DOCUMENT, KEEP).replace("GET", "HEAD"));
    const headsThen = await converse(lab, [...heads, ...parts(get(DOCUMENT))]);
    const head = got.slice(0, got.indexOf("\r\n\r\n") + 4);
    expect(headsThen.text.slice(0, head.length + 9)).toBe(`${head}HTTP/1.1 `);
    // Of all of them only a document that was got is told of.
    const fetched = lab.events().filter(([, , generation]) => generation !== undefined);
    expect(fetched).toHaveLength(fault[0] === "imds.slow" ? 2 : 0);
  }
});

describeLanes("a reset: not a byte, and the timeline knows no status", async (parts) => {
  for (const fault of [
    ["imds.unreachable", { Mode: "reset" }],
    ["imds.disabled", { Form: "refused" }],
    ["imds.flap", { Pattern: "x", Status: "reset" }],
    ["imds.ipv6-only", { Mode: "reset" }],
  ] as const) {
    const lab = await start([fault]);
    expect(await converse(lab, parts(get(DOCUMENT, KEEP)))).toEqual({ text: "", end: "reset" });
    expect(lab.events()).toEqual([[DOCUMENT, undefined, undefined]]);
  }
});

describeLanes("a hang: the connection is open and silent, other connections are served", async (parts) => {
  const lab = await start([["imds.hop-limit"]]);
  expect(await converse(lab, parts(put(KEEP)))).toEqual({ text: "", end: "silent" });
  expect(await converse(lab, parts(get(MAC)))).toEqual({ text: usual(get(MAC)), end: "closed" });
  expect(lab.events()).toEqual([
    ["/latest/api/token", undefined, undefined],
    [MAC, 200, undefined],
  ]);
});

describeLanes("what follows a hang on its connection is not answered, and not told as fetched", async (parts) => {
  const lab = await start([["imds.hop-limit"]]);
  expect(await converse(lab, [...parts(put(KEEP)), get(DOCUMENT)])).toEqual({ text: "", end: "silent" });
  expect(await converse(lab, [put(KEEP) + get(DOCUMENT)])).toEqual({ text: "", end: "silent" });
  expect(lab.events().map(([path]) => path)).toEqual(["/latest/api/token", "/latest/api/token"]);
});

describeLanes("a hang outlives the time after which idle connections are closed", async (parts) => {
  const lab = await start([["imds.hop-limit"]], SAMPLE_VIEWS.optional, { idleMs: 50 });
  expect(await converse(lab, parts(put()))).toEqual({ text: "", end: "silent" });
});

describeLanes("a body is cut after so many bytes under the length of the whole", async (parts) => {
  const lab = await start([["imds.reset-mid-body", { Bytes: 100 }]]);
  const whole = usual(get(DOCUMENT));
  const text = whole.slice(0, whole.indexOf("\r\n\r\n") + 104);
  expect(await converse(lab, parts(get(DOCUMENT)))).toEqual({ text, end: "reset" });
  expect(lab.events()).toEqual([[DOCUMENT, 200, undefined]]);
});

describeLanes("a slow answer is the same answer, and the connection goes on behind it", async (parts) => {
  const lab = await start([["imds.slow", { FirstByte: 80, Jitter: 0 }, { Times: 1 }]]);
  const begun = performance.now();
  const first = get(DOCUMENT, KEEP);
  // The second comes while the first is waited for.
  const heard = await converse(lab, [...parts(first), ...parts(get(MAC))]);
  expect(heard).toEqual({ text: usual(first) + usual(get(MAC)), end: "closed" });
  expect(performance.now() - begun).toBeGreaterThanOrEqual(79);
  expect(lab.events()).toEqual([
    [DOCUMENT, 200, 3],
    [MAC, 200, undefined],
  ]);
});

describeLanes("a slow answer's connection is closed when it idles after it", async (parts) => {
  const lab = await start([["imds.slow", { FirstByte: 20, Jitter: 0 }]], SAMPLE_VIEWS.optional, { idleMs: 60 });
  expect(await converse(lab, parts(get(MAC, KEEP)), 5000)).toEqual({ text: usual(get(MAC, KEEP)), end: "closed" });
});

describeLanes("a body trickles, its head comes first", async (parts) => {
  const lab = await start([["imds.slow", { BytesPerSecond: 10_000, Jitter: 0 }]]);
  const whole = usual(get(DOCUMENT));
  const begun = performance.now();
  expect(await converse(lab, parts(get(DOCUMENT)))).toEqual({ text: whole, end: "closed" });
  const bytes = whole.length - whole.indexOf("\r\n\r\n") - 4;
  expect(performance.now() - begun).toBeGreaterThanOrEqual((bytes / 10_000 - 0.05) * 1000);
});

describeLanes("a client that gives up before a slow answer has not fetched it", async (parts) => {
  for (const [given, status] of [
    [{ FirstByte: 150, Jitter: 0 }, undefined],
    [{ BytesPerSecond: 2000, Jitter: 0 }, 200],
  ] as const) {
    const lab = await start([["imds.slow", given]]);
    const socket = connect({ host: HOST, port: lab.listener.port });
    socket.once("data", () => socket.destroy());
    socket.setTimeout(40, () => socket.destroy());
    for (const part of parts(get(DOCUMENT, KEEP))) {
      socket.write(part);
      await pause(5);
    }
    for (let wait = 0; lab.events().length === 0 && wait < 500; wait++) await pause(10);
    expect(lab.events()).toEqual([[DOCUMENT, status, undefined]]);
  }
});

test("pipelined: what was answered before a reset arrives before it", async () => {
  const lab = await start([["imds.unreachable", { Mode: "reset" }, { Path: "security-credentials" }]]);
  const first = get(MAC, KEEP);
  const heard = await converse(lab, [first + get(DOCUMENT, KEEP) + get(MAC)]);
  expect(heard.end).toBe("reset");
  expect([usual(first), ""]).toContain(heard.text);
  expect(lab.events()).toEqual([
    [MAC, 200, undefined],
    [DOCUMENT, undefined, undefined],
  ]);
});

test("what breaks a connection counts more than what is said over it, whichever was put first", async () => {
  const faults: Fault[] = [
    ["imds.unreachable", { Mode: "reset" }],
    ["imds.5xx", { Step: "any", Status: "500" }],
    ["imds.slow", { FirstByte: 1000, Jitter: 0 }],
  ];
  for (const list of [faults, faults.toReversed()]) {
    expect(await converse(await start(list), [get(MAC)])).toEqual({ text: "", end: "reset" });
  }
});

test("slow and refused go together", async () => {
  const lab = await start([
    ["imds.slow", { FirstByte: 5, Jitter: 0 }],
    ["imds.v2-only", {}],
    ["imds.malformed", { Kind: "empty", Field: "Code" }],
  ]);
  expect((await converse(lab, [get(DOCUMENT)])).text).toBe(`HTTP/1.1 401 Unauthorized\r\n${EMPTY}`);
});

test("a caller that is no instance meets no fault", async () => {
  const stranger = { ...SAMPLE_VIEWS.optional, IsUnknown: true };
  const lab = await start([["imds.unreachable", { Mode: "reset" }]], stranger);
  expect((await converse(lab, [get(MAC)])).text).toBe(usual(get(MAC)));
});

test("a client that ends its side after its request gets its answer, fast, looked up or slow", async () => {
  const later = (lab: MetadataListenerOptions["lookup"]) => ({ lookup: lab });
  const looked = later(() => new Promise((resolve) => setTimeout(resolve, 30, SAMPLE_VIEWS.optional)));
  const slow: Fault = ["imds.slow", { FirstByte: 30, Jitter: 0 }];
  for (const lab of [await start([]), await start([], undefined, looked), await start([slow])]) {
    for (const [, parts] of LANES) {
      const socket = connect({ host: HOST, port: lab.listener.port, noDelay: true, allowHalfOpen: true });
      for (const part of parts(get(MAC, KEEP))) {
        socket.write(part);
        await pause(5);
      }
      socket.end();
      expect(await textFrom(socket)).toBe(usual(get(MAC, KEEP)));
    }
  }
});

async function textFrom(socket: Socket): Promise<string> {
  let text = "";
  for await (const part of socket.setEncoding("latin1")) text += part;
  return text;
}

function describeLanes(name: string, run: (parts: (wire: string) => readonly string[]) => Promise<void>): void {
  test.each(LANES)(`${name}: %s lane`, (_, parts) => run(parts), 20_000);
}
