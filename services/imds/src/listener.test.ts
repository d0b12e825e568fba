// The listener over real sockets: both lanes send the same bytes, however a stream is cut; connections end when they
// should; and nothing that is sent to it does any harm.
import { connect, type Socket } from "node:net";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import type { EventRecord, InstanceView } from "@rolemint/authority";
import { type Entropy, type Listener, listen } from "@rolemint/host";
import { silentLog } from "@rolemint/host/log";
import fc from "fast-check";
import { textOf } from "./answer.ts";
import { type MetadataListenerOptions, startMetadataListener } from "./listener.ts";
import { respond, respondUnavailable } from "./respond.ts";
import { SAMPLE_NOW, SAMPLE_VIEWS } from "./sample-view.fixture.ts";
import { makeSlowLane } from "./slow-lane.ts";

const HOST = "127.0.0.1";
const now = () => SAMPLE_NOW;
/** The same nonce for every token, so that answers can be compared. */
const entropy: Entropy = (size) => Buffer.alloc(size, 7);
const events: EventRecord[] = [];
const view = SAMPLE_VIEWS.optional;

function start(options: Partial<MetadataListenerOptions> = {}): Promise<Listener> {
  const record = (event: EventRecord) => void events.push(event);
  return startMetadataListener({
    host: HOST,
    port: 0,
    lookup: () => view,
    now,
    record,
    log: silentLog,
    entropy,
    ...options,
  });
}

let listener: Listener;
let slowListener: Listener;

beforeAll(async () => {
  listener = await start();
  const lane = makeSlowLane({
    exchange: (request) => respond(request, view, SAMPLE_NOW, entropy),
    now,
    idleMs: 60_000,
  });
  slowListener = await listen(lane, HOST, 0);
});

afterAll(() => Promise.all([listener.close(), slowListener.close()]));

/** All that comes until the connection ends. */
function received(socket: Socket): Promise<string> {
  let text = "";
  socket.setEncoding("latin1");
  socket.on("data", (part) => {
    text += part;
  });
  // A reset ends a conversation like any other end here.
  socket.on("error", () => {});
  return new Promise((resolve) => socket.on("close", () => resolve(text)));
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

/** Sends the parts one after the other, with time between them, and gives all that is answered. */
async function converse(port: number, parts: readonly (string | Uint8Array)[], isEnded = false): Promise<string> {
  const socket = connect({ host: HOST, port, noDelay: true, allowHalfOpen: true });
  const answer = received(socket);
  socket.once("end", () => socket.end());
  for (const part of parts) {
    if (socket.destroyed) break;
    if (part.length > 0) socket.write(part as string, "latin1");
    await turn();
    await turn();
  }
  if (isEnded) socket.end();
  return answer;
}

const TOKEN = respond(
  {
    method: "PUT",
    target: "/latest/api/token",
    rawHeaders: ["X-aws-ec2-metadata-token-ttl-seconds", "21600"],
    httpVersion: "1.1",
  },
  view,
  SAMPLE_NOW,
  entropy,
).body;
const DOCUMENT = "/latest/meta-data/iam/security-credentials/s3access";
const ttl = "x-aws-ec2-metadata-token-ttl-seconds: 21600";

interface Sent {
  readonly line: string;
  readonly headers: readonly string[];
  readonly body?: string;
}

/** Requests of all kinds, as real clients and others send them. */
const REQUESTS: readonly Sent[] = [
  { line: "PUT /latest/api/token HTTP/1.1", headers: ["Host: 169.254.169.254", ttl] },
  { line: "PUT /latest/api/token HTTP/1.1", headers: ["Host: a", ttl, "Content-Length: 0"] },
  { line: "PUT /latest/api/token HTTP/1.1", headers: [ttl] },
  { line: "PUT /latest/api/token HTTP/1.1", headers: ["Host: a"] },
  { line: "PUT /latest/api/token HTTP/1.1", headers: ["Host: a", ttl, ttl] },
  { line: "PUT /latest/api/token HTTP/1.1", headers: ["Host: a", ttl, "X-Forwarded-For: 192.0.2.1"] },
  { line: "PUT /latest/api/token HTTP/1.1", headers: ["Host: a", ttl, "Content-Length: 4"], body: "body" },
  {
    line: "PUT /latest/api/token HTTP/1.1",
    headers: ["Host: a", ttl, "Transfer-Encoding: chunked"],
    body: "4\r\nbody\r\n0\r\n\r\n",
  },
  { line: "PUT /latest/api/token/ HTTP/1.1", headers: ["Host: a", ttl] },
  { line: "POST /latest/api/token HTTP/1.1", headers: ["Host: a", ttl] },
  { line: "GET /latest/api/token HTTP/1.1", headers: ["Host: a"] },
  { line: "GET / HTTP/1.1", headers: ["Host: a"] },
  { line: `GET ${DOCUMENT} HTTP/1.1`, headers: ["Host: a"] },
  { line: `GET ${DOCUMENT} HTTP/1.1`, headers: ["Host: a", `X-aws-ec2-metadata-token: ${TOKEN}`] },
  { line: `GET ${DOCUMENT} HTTP/1.1`, headers: ["Host: a", `X-aws-ec2-metadata-token:   ${TOKEN}  `] },
  { line: `GET ${DOCUMENT} HTTP/1.1`, headers: ["Host: a", "X-aws-ec2-metadata-token: INVALID"] },
  { line: `GET ${DOCUMENT} HTTP/1.1`, headers: ["Host: a", "X-aws-ec2-metadata-token:"] },
  { line: `HEAD ${DOCUMENT} HTTP/1.1`, headers: ["Host: a", `x-aws-ec2-metadata-token: ${TOKEN}`] },
  { line: `GET /${DOCUMENT}/ HTTP/1.1`, headers: ["Host: a"] },
  { line: `GET ${DOCUMENT}?query HTTP/1.1`, headers: ["Host: a"] },
  { line: `GET http://169.254.169.254${DOCUMENT} HTTP/1.1`, headers: ["Host: a"] },
  { line: "GET /latest/nothing HTTP/1.1", headers: ["Host: a", `X-aws-ec2-metadata-token: ${TOKEN}`] },
  { line: "GET /latest/%zz HTTP/1.1", headers: ["Host: a"] },
  { line: "HEAD /latest/nothing HTTP/1.1", headers: ["Host: a"] },
  { line: "DELETE /latest/meta-data/ HTTP/1.1", headers: ["Host: a"] },
  { line: "OPTIONS * HTTP/1.1", headers: ["Host: a"] },
  { line: "GET /latest/meta-data/mac HTTP/1.0", headers: [] },
  { line: "GET /latest/meta-data/mac HTTP/1.0", headers: ["Connection: keep-alive"] },
  { line: "GET /latest/meta-data/mac HTTP/1.1", headers: ["Host: a", "Upgrade: h2c", "Connection: Upgrade"] },
  { line: "PUT /latest/api/token HTTP/1.1", headers: ["Host: a", ttl, "Expect: 100-continue", "Content-Length: 3"] },
  { line: "PUT /latest/api/token HTTP/1.1", headers: ["Host: a", ttl, "Expect: a miracle"] },
];

const wireOf = ({ line, headers, body = "" }: Sent) => `${[line, ...headers].join("\r\n")}\r\n\r\n${body}`;

/** What the pure function answers to a request as it is sent. */
function expected({ line, headers }: Sent, to: { readonly view: InstanceView | undefined } = { view }): string {
  const [method = "", target = "", protocol = ""] = line.split(" ");
  const rawHeaders = headers.flatMap((header) => [
    header.slice(0, header.indexOf(":")),
    header.slice(header.indexOf(":") + 1).trim(),
  ]);
  return textOf(respond({ method, target, rawHeaders, httpVersion: protocol.slice(5) }, to.view, SAMPLE_NOW, entropy));
}

const keeping = (sent: Sent): Sent => ({ ...sent, headers: [...sent.headers, "Connection: keep-alive"] });

test.each(REQUESTS.map((sent) => [`${sent.line} ${sent.headers.slice(1).join(", ")}`, sent] as const))(
  "both lanes send the same bytes: %s",
  async (_, sent) => {
    const wire = wireOf(sent);
    const answer = expected(sent);
    expect(await converse(slowListener.port, [wire])).toBe(answer);
    expect(await converse(listener.port, [wire])).toBe(answer);
    const half = wire.length >> 1;
    expect(await converse(listener.port, [wire.slice(0, half), wire.slice(half)])).toBe(answer);
  },
);

test.each(REQUESTS.slice(0, 24).map((sent) => [sent.line, keeping(sent)] as const))(
  "a kept connection serves on after %s",
  async (_, sent) => {
    const last: Sent = { line: "GET /latest/meta-data/mac HTTP/1.1", headers: ["Host: a"] };
    const answer = expected(sent) + expected(last);
    expect(await converse(slowListener.port, [wireOf(sent), wireOf(last)])).toBe(answer);
    expect(await converse(listener.port, [wireOf(sent), wireOf(last)])).toBe(answer);
  },
);

test("however a stream of requests is cut, the answers are the same and in order", async () => {
  const plain = REQUESTS.filter(
    (sent) => !sent.line.endsWith("1.0") && !sent.headers.some((each) => /^Expect|^Upgr/.test(each)),
  );
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.constantFrom(...plain), { minLength: 0, maxLength: 4 }),
      fc.constantFrom(...REQUESTS),
      fc.array(fc.nat(2500), { maxLength: 5 }),
      async (before, last, cuts) => {
        const stream = before.map((sent) => wireOf(keeping(sent))).join("") + wireOf(last);
        const ends = [...cuts.filter((cut) => cut < stream.length), stream.length].sort((a, b) => a - b);
        const parts = ends.map((end, index) => stream.slice(ends[index - 1] ?? 0, end));
        const answers = before.map((sent) => expected(keeping(sent))).join("") + expected(last);
        expect(await converse(listener.port, parts)).toBe(answers);
      },
    ),
    { numRuns: 150 },
  );
});

test("answers keep their order while the lookup takes its time", async () => {
  let turns = 0;
  const slow = await start({
    // The first waits longest, so that answers given as they come would be in the wrong order.
    lookup: async () => {
      turns -= 10;
      for (let i = turns; i > 0; i--) await turn();
      return view;
    },
  });
  turns = 60;
  const sent = REQUESTS.slice(11, 16).map(keeping);
  const last = REQUESTS[11]!;
  const answers = [...sent, last].map((each) => expected(each)).join("");
  expect(await converse(slow.port, [...sent, last].map(wireOf))).toBe(answers);
  turns = 60;
  expect(await converse(slow.port, [[...sent, last].map(wireOf).join("")])).toBe(answers);
  await slow.close();
});

test.each<[string, MetadataListenerOptions["lookup"]]>([
  [
    "throws",
    () => {
      throw new Error("no");
    },
  ],
  [
    "rejects",
    async () => {
      throw new Error("no");
    },
  ],
])("when the lookup %s the answer is 503, in both lanes", async (_, lookup) => {
  const failing = await start({ lookup });
  const request = { method: "GET", target: "/", rawHeaders: [], httpVersion: "1.1" };
  const answer = textOf(respondUnavailable(request, SAMPLE_NOW));
  expect(answer).toContain("503 Service Unavailable");
  expect(await converse(failing.port, ["GET / HTTP/1.1\r\n\r\n"])).toBe(answer);
  expect(await converse(failing.port, ["GET / HT", "TP/1.1\r\n\r\n"])).toBe(answer);
  await failing.close();
});

test("the lookup is asked anew for every request, with the caller's socket", async () => {
  const ports: (number | undefined)[] = [];
  const views = [view, undefined, SAMPLE_VIEWS.disabled];
  const changing = await start({
    lookup: (socket) => {
      ports.push(socket.remotePort);
      return views[ports.length - 1];
    },
  });
  const sent = [keeping(REQUESTS[12]!), keeping(REQUESTS[12]!), REQUESTS[12]!];
  const answers = sent.map((each, index) => expected(each, { view: views[index] }));
  expect(await converse(changing.port, sent.map(wireOf))).toBe(answers.join(""));
  expect(new Set(ports).size).toBe(1);
  expect(ports).toHaveLength(3);
  await changing.close();
});

test("every answer is recorded", async () => {
  events.length = 0;
  await converse(listener.port, [`GET ${DOCUMENT} HTTP/1.1\r\nUser-Agent: test\r\n\r\n`]);
  await converse(listener.port, [`GET ${DOCUMENT}?slow HTTP/1.1\r\nUser-Agent: test\r\n\r\n`]);
  expect(events.map((event) => [event.Path, event.Status, event.AccessKeyId])).toEqual([
    [DOCUMENT, 200, "ASIAIOSFODNN1EXAMPLE"],
    [`${DOCUMENT}?slow`, 200, "ASIAIOSFODNN1EXAMPLE"],
  ]);
});

test("whatever bytes come, the listener lives and says nothing but HTTP", async () => {
  const word = fc.constantFrom(
    "GET / HTTP/1.1",
    "\r\n",
    "\n",
    ": ",
    "Host",
    "Content-Length",
    "Transfer-Encoding",
    "-1",
    "\0",
    " ",
  );
  const soup = fc.array(word, { maxLength: 12 }).map((words) => Buffer.from(words.join(""), "latin1"));
  await fc.assert(
    fc.asyncProperty(fc.oneof(fc.uint8Array({ maxLength: 300 }), soup), async (bytes) => {
      expect(await converse(listener.port, [bytes], true)).toMatch(/^(HTTP\/1\.1 \d{3} [\s\S]*\r\n\r\n[\s\S]*)?$/);
    }),
    { numRuns: 150 },
  );
  expect(await converse(listener.port, [wireOf(REQUESTS[11]!)])).toBe(expected(REQUESTS[11]!));
});

test("no refusal overtakes an answer that is still to come", async () => {
  const slow = await start({ lookup: () => new Promise((resolve) => setTimeout(resolve, 50, view)) });
  const good = wireOf(keeping(REQUESTS[11]!));
  for (const parts of [[`${good}nonsense\r\n\r\n`], [good.slice(0, 9), `${good.slice(9)}nonsense\r\n\r\n`]]) {
    expect(await converse(slow.port, parts)).not.toMatch(/^HTTP\/1\.1 400/);
  }
  await slow.close();
});

test.each([
  ["no HTTP", "nonsense\r\n\r\n"],
  ["HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"],
  ["a head over 16 KiB", `GET / HTTP/1.1\r\nX: ${"x".repeat(20_000)}\r\n\r\n`],
  ["two lengths", "PUT / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n"],
])("%s is refused in the service's own form", async (_, text) => {
  const answer = await converse(listener.port, [text]);
  expect(answer).toMatch(/^HTTP\/1\.1 400 Bad Request\r\nContent-Length: 0\r\n/);
  expect(answer).toContain("\r\nServer: EC2ws\r\nConnection: close\r\n");
});

test.each([
  ["sends nothing", []],
  ["sends a part of a request", ["GET / HTTP/1.1\r\nHo"]],
  ["stops after a request", [wireOf(keeping(REQUESTS[11]!))]],
  ["stops after a request in parts", ["GET / HT", "TP/1.1\r\nConnection: keep-alive\r\n\r\n"]],
  ["leaves a body unsent", ["PUT /latest/api/token HTTP/1.1\r\nConnection: keep-alive\r\nContent-Length: 9\r\n\r\n"]],
])("a connection that %s is closed", async (_, parts) => {
  const impatient = await start({ idleMs: 60 });
  await converse(impatient.port, parts);
  await impatient.close();
});

test("a request that trickles is cut off though bytes keep coming", async () => {
  const impatient = await start({ idleMs: 100 });
  const socket = connect({ host: HOST, port: impatient.port });
  const ended = received(socket);
  socket.write("GET / HTTP/1.1\r\nX: ");
  const trickle = () => {
    if (socket.destroyed) return;
    socket.write("x");
    setTimeout(trickle, 20);
  };
  trickle();
  await ended;
  await impatient.close();
});

test("closing ends every connection, in either lane", async () => {
  const closing = await start();
  const open = [["GET / HT"], [wireOf(keeping(REQUESTS[11]!))], []].map((parts) => converse(closing.port, parts));
  await turn();
  await closing.close();
  await Promise.all(open);
});

test("a taken port is refused with its number", async () => {
  await expect(start({ port: listener.port })).rejects.toThrow(`port ${listener.port}`);
});
