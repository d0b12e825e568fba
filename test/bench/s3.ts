// How fast the gate gives an object to a presigned URL: every URL is another one and is sent once, so that nothing can
// be remembered of a request; wrk with 32 kept connections. In turn against MinIO, if one was built, with the same
// objects, and against the gate before that MinIO. And how much memory a gigabyte takes on its way in and out. Run directly, or by `make bench`.
import { fork } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { request as httpRequest } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { hostClock, hostEntropy, listen } from "@rolemint/host";
import { silentLog } from "@rolemint/host/log";
import { openBuiltinStore } from "@rolemint/object-store";
import { createGate, openForwardBackend } from "@rolemint/s3-authorizer";
import { presignRequest, SigningKeyCache, signRequest, UNSIGNED_PAYLOAD } from "@rolemint/sigv4";
import { localAuthority, openWorld } from "@rolemint/world";
import { ACCOUNT, allow, policyOf, type Signer } from "../support/gate.ts";
import { buildS3Server, KEY, startS3Server } from "../support/s3-servers.ts";
import { median, type Row } from "./row.ts";
import { hasWrk, load } from "./wrk.ts";

const REGION = "us-east-1";
const BUCKET = "bench-bucket";
const OBJECTS = 500;
const OBJECT_BYTES = 1024;
const ROUNDS = 5;
/** Loads before what counts: in its first seconds a Node process still compiles what runs often. */
const WARM_LOADS = 4;
const SECONDS = 2;
/** More than can be asked for in a round: wrk must not come to the end. */
const URLS_PER_ROUND = 60_000;
const GIBIBYTE = 1024 ** 3;
const MEMORY_BOUND_MB = 64;

interface Server {
  readonly name: string;
  readonly port: number;
  readonly signer: Signer;
  close(): Promise<unknown>;
}

interface Gate extends Server {
  /** Resident memory of its process now, bytes. */
  rss(): Promise<number>;
}

/** What the process of the gate says once it listens, and when it is asked for its memory. */
type Told = { readonly port: number; readonly signer: Signer } | { readonly rss: number };

/** The gate in a process of its own, so that neither the load nor the signing of URLs counts. `store`: see `serve`. */
async function startGate(name: string, store: string): Promise<Gate> {
  const child = fork(import.meta.filename, ["serve", store], { stdio: "inherit" });
  const told = () => new Promise<Told>((done) => child.once("message", (message) => done(message as Told)));
  const first = await told();
  if (!("port" in first)) throw new Error("the gate did not say where it listens");
  return {
    name,
    ...first,
    async rss() {
      const answer = told();
      child.send("rss");
      const said = await answer;
      return "rss" in said ? said.rss : 0;
    },
    close: () =>
      new Promise((done) => {
        child.once("exit", done);
        child.disconnect();
      }),
  };
}

/** The gate as it runs, for a role session; ends when its parent lets go. `store`: a directory, or the URL of a server. */
async function serve(store: string): Promise<void> {
  const state = { clock: hostClock, entropy: hostEntropy };
  const world = openWorld({ state: "memory", accountId: ACCOUNT, region: REGION, pid: process.pid, ...state });
  const backend = store.startsWith("http://")
    ? openForwardBackend({ endpoint: store, ...KEY, region: REGION, clock: hostClock })
    : await openBuiltinStore({ directory: store, ...state });
  const authority = localAuthority(world);
  const gate = createGate({ authority, backend, region: REGION, ...state, log: silentLog });
  world.change(() =>
    world.tables.buckets.put({ accountId: ACCOUNT, name: BUCKET, region: REGION, created: world.now() }),
  );
  const listener = await listen(gate.server, "127.0.0.1", 0);
  process.on("message", () => process.send!({ rss: process.memoryUsage().rss } satisfies Told));
  process.once("disconnect", async () => {
    await listener.close();
    await gate.close();
    await backend.close();
    world.close();
  });
  process.send!({ port: listener.port, signer: roleSession(world) } satisfies Told);
}

function roleSession(world: ReturnType<typeof openWorld>): Signer {
  const accessKeyId = world.ids.accessKey("ASIA", ACCOUNT);
  const roleId = world.ids.unique("AROA", ACCOUNT);
  world.change(() =>
    world.account(ACCOUNT).roles.put({
      accountId: ACCOUNT,
      name: "bench",
      path: "/",
      id: roleId,
      arn: `arn:aws:iam::${ACCOUNT}:role/bench`,
      created: world.now(),
      attached: [],
      inline: { own: policyOf([allow("s3:*", [`arn:aws:s3:::${BUCKET}`, `arn:aws:s3:::${BUCKET}/*`])]) },
      trust: policyOf([]),
      trustedIds: {},
      maxSessionSeconds: 3600,
      tags: [],
    }),
  );
  const times = { issued: world.now(), expires: world.now() + 3_600_000 };
  const session = { accessKeyId, accountId: ACCOUNT, roleId, roleName: "bench", sessionName: "bench", ...times };
  const { token, secret } = world.sealer.seal(session);
  return { accessKeyId, secretAccessKey: secret, sessionToken: token };
}

async function startMinio(): Promise<Server & { readonly endpoint: string }> {
  const server = { name: "MinIO", signer: KEY, ...(await startS3Server("MinIO")) };
  await send(server, { method: "PUT", target: `/${BUCKET}` });
  return server;
}

interface Sending {
  readonly method: string;
  readonly target: string;
  readonly bytes?: number;
  /** Of the body that comes back. */
  readonly received?: (bytes: number) => void;
}

/** One signed request; a body of so many zero bytes goes out in pieces. Gives the status. */
function send(server: Server, { method, target, bytes = 0, received = () => {} }: Sending): Promise<number> {
  const rawHeaders = ["Host", `127.0.0.1:${server.port}`, "Content-Length", String(bytes)];
  const options = { timeMs: hostClock.now(), payloadHash: UNSIGNED_PAYLOAD };
  const scope = { ...server.signer, region: REGION, service: "s3" };
  const signed = signRequest({ method, target, rawHeaders }, scope, options);
  return new Promise((done, fail) => {
    const headers = [...signed.rawHeaders];
    const request = httpRequest({ host: "127.0.0.1", port: server.port, method, path: target, headers, agent: false });
    request.on("error", fail);
    request.on("response", (response) => {
      response.on("data", (piece: Buffer) => received(piece.length));
      response.on("end", () => done(response.statusCode ?? 0));
    });
    writeZeros(request, bytes);
  });
}

const PIECE = Buffer.alloc(64 * 1024);

function writeZeros(request: ReturnType<typeof httpRequest>, bytes: number): void {
  let left = bytes;
  const more = () => {
    while (left > 0) {
      const piece = PIECE.subarray(0, Math.min(left, PIECE.length));
      left -= piece.length;
      if (!request.write(piece)) return void request.once("drain", more);
    }
    request.end();
  };
  more();
}

/** A file of targets for each round, no two alike: they differ in object, life and time of signing. */
async function writeUrls(server: Server, directory: string, round: number): Promise<string> {
  const keys = new SigningKeyCache();
  const scope = { ...server.signer, region: REGION, service: "s3", keys };
  const rawHeaders = ["Host", `127.0.0.1:${server.port}`];
  const now = hostClock.now();
  const targets: string[] = [];
  for (let i = 0; i < URLS_PER_ROUND; i++) {
    const target = `/${BUCKET}/object-${i % OBJECTS}`;
    const life = { timeMs: now - round * 1000, expiresSeconds: 600 + Math.floor(i / OBJECTS) };
    targets.push(presignRequest({ method: "GET", target, rawHeaders }, scope, life).target);
  }
  const file = join(directory, `${server.name.replaceAll(" ", "-")}-${round}.txt`);
  await writeFile(file, targets.join("\n"));
  return file;
}

const SCRIPT = `
local targets = {}
local at = 0
function init(args)
  for line in io.lines(args[1]) do targets[#targets + 1] = wrk.format("GET", line) end
end
function request()
  at = at + 1
  return targets[at] or wrk.format("GET", "/all-urls-were-used")
end
`;

/** Requests a second, each with the next URL of a file. */
function presigned(server: Server, script: string, urls: string): Promise<number> {
  return load(SECONDS, "-s", script, `http://127.0.0.1:${server.port}`, "--", urls);
}

async function presignedRows(gate: Server, directory: string): Promise<Row[]> {
  if (!hasWrk()) return [{ name: "s3: skipped, wrk is not installed", value: 0, unit: "" }];
  const script = join(directory, "urls.lua");
  await writeFile(script, SCRIPT);
  const peer = buildS3Server("MinIO");
  const servers = [gate];
  if ("path" in peer) {
    const server = await startMinio();
    servers.push(server, await startGate("the gate before MinIO", server.endpoint));
  }
  const rates = new Map(servers.map((server) => [server.name, [] as number[]]));
  for (const server of servers) {
    for (let i = 0; i < OBJECTS; i++) {
      await send(server, { method: "PUT", target: `/${BUCKET}/object-${i}`, bytes: OBJECT_BYTES });
    }
    for (let i = 0; i < WARM_LOADS; i++)
      await presigned(server, script, await writeUrls(server, directory, ROUNDS + i));
  }
  for (let round = 0; round < ROUNDS; round++) {
    for (const server of servers) {
      rates.get(server.name)!.push(await presigned(server, script, await writeUrls(server, directory, round)));
    }
  }
  for (const server of servers.toReversed()) if (server !== gate) await server.close();
  return [
    ...servers.map(({ name }) => rateRow(name, rates)),
    ...("missing" in peer ? [{ name: `s3: MinIO skipped, ${peer.missing}`, value: 0, unit: "" }] : []),
  ];
}

/** What each gate must reach of what MinIO alone does in the same round. */
const BOUNDS: Readonly<Record<string, number>> = { "the gate": 1.5, "the gate before MinIO": 0.6 };

function rateRow(name: string, rates: ReadonlyMap<string, readonly number[]>): Row {
  const own = rates.get(name)!;
  const row = { name: `s3: presigned GET of 1 KiB, ${name}`, value: Math.round(median(own)), unit: "requests/s" };
  const [bound, alone] = [BOUNDS[name], rates.get("MinIO")];
  if (bound === undefined || !alone) return row;
  const ratio = median(own.map((rate, round) => rate / alone[round]!));
  return { ...row, ratio, bound: `≥ ${bound}×`, ok: ratio >= bound };
}

/** How far the gate's resident memory rises, in MB, while `work` runs. */
async function memoryGrowth(gate: Gate, work: () => Promise<unknown>): Promise<number> {
  const before = await gate.rss();
  let most = before;
  let isOver = false;
  const watching = (async () => {
    while (!isOver) {
      most = Math.max(most, await gate.rss());
      await wait(20);
    }
  })();
  await work();
  isOver = true;
  await watching;
  return Math.round((most - before) / 1e6);
}

async function memoryRows(gate: Gate): Promise<Row[]> {
  const target = `/${BUCKET}/large`;
  const rows: Row[] = [];
  // The first ones make room that stays: buffers of the sockets, the files, the hash.
  await send(gate, { method: "PUT", target, bytes: 64 * 1024 ** 2 });
  await send(gate, { method: "GET", target });
  for (const method of ["PUT", "GET"]) {
    let received = 0;
    const bytes = method === "PUT" ? GIBIBYTE : 0;
    const started = hostClock.now();
    const value = await memoryGrowth(gate, () =>
      send(gate, {
        method,
        target,
        bytes,
        received: (piece) => {
          received += piece;
        },
      }),
    );
    if (method === "GET" && received !== GIBIBYTE) throw new Error(`${received} bytes came back`);
    const seconds = (hostClock.now() - started) / 1000;
    rows.push({
      name: `s3: memory during ${method} of 1 GiB`,
      value,
      unit: "MB",
      bound: `< ${MEMORY_BOUND_MB} MB`,
      ok: value < MEMORY_BOUND_MB,
    });
    rows.push({ name: `s3: ${method} of 1 GiB`, value: Math.round(GIBIBYTE / 1024 ** 2 / seconds), unit: "MiB/s" });
  }
  return rows;
}

export async function run(): Promise<Row[]> {
  const directory = await mkdtemp(join(tmpdir(), "rolemint-bench-"));
  const gate = await startGate("the gate", join(directory, "objects"));
  try {
    const memory = await memoryRows(gate);
    return [...(await presignedRows(gate, directory)), ...memory];
  } finally {
    await gate.close();
    await rm(directory, { recursive: true, force: true });
  }
}

if (import.meta.main && process.argv[2] === "serve") await serve(process.argv[3]!);
else if (import.meta.main) console.table(await run());
