// A gate over a world in memory and the built-in store, listening on a free port: real sockets, and a clock that the
// test moves. Requests are signed with our own signer and sent byte for byte; the real SDK can be pointed at it too.
import { connect, type Socket } from "node:net";
import { hostClock, hostEntropy, type Listener, listen } from "@rolemint/host";
import { silentLog } from "@rolemint/host/log";
import { type Backend, openBuiltinStore } from "@rolemint/object-store";
import { createGate, type GateOptions, type S3Gate } from "@rolemint/s3-authorizer";
import { presignRequest, sha256Hex, signRequest, UNSIGNED_PAYLOAD } from "@rolemint/sigv4";
import { type AccessKey, localAuthority, openWorld, type Role, type World } from "@rolemint/world";

export const ACCOUNT = "111122223333";
export const OTHER_ACCOUNT = "444455556666";

export interface Signer {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

export interface Answer {
  readonly status: number;
  /** Lower-case names; of a repeated header the last. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  readonly text: string;
  /** `<Code>` of an error. */
  readonly code: string | undefined;
  /** The answer as it came, head and body. */
  readonly raw: string;
}

export interface Ask {
  readonly method?: string;
  readonly target: string;
  /** Name, value, name, value …; Host is added. */
  readonly headers?: readonly string[];
  readonly body?: Buffer | string;
  readonly signer?: Signer | undefined;
  /** Default: the SHA-256 of the body. */
  readonly payloadHash?: string;
  readonly timeMs?: number;
  readonly region?: string;
  readonly host?: string;
}

export interface TestGate {
  readonly world: World;
  readonly backend: Backend;
  readonly gate: S3Gate;
  readonly port: number;
  readonly root: Signer;
  readonly region: string;
  /** Host time, milliseconds. */
  now(): number;
  /** Moves host time, and with it world time. */
  pass(milliseconds: number): void;
  /** Signed, unless `signer` is given as undefined. */
  ask(ask: Ask): Promise<Answer>;
  /** The bytes of a signed request. */
  bytesOf(ask: Ask): Buffer;
  presign(ask: Ask & { readonly expiresSeconds?: number }): string;
  user(name: string, ...statements: object[]): Signer;
  /** A session of a role with these statements; `sessionPolicy` narrows it. */
  session(name: string, statements: readonly object[], options?: SessionOptions): Signer;
  setRolePolicy(name: string, statements: readonly object[]): void;
  bucket(name: string, options?: { owner?: string; statements?: readonly object[] }): void;
  put(bucket: string, key: string, body?: string | Buffer): Promise<void>;
  keys(bucket: string): Promise<string[]>;
  close(): Promise<void>;
}

export interface SessionOptions {
  readonly sessionPolicy?: readonly object[];
  readonly seconds?: number;
  readonly tags?: readonly { Key: string; Value: string }[];
  readonly instance?: boolean;
}

export interface TestGateOptions extends Partial<GateOptions> {
  readonly start?: number;
  readonly strictClock?: boolean;
  /** Default: the built-in store, in memory. */
  readonly openBackend?: () => Backend;
  readonly backendOver?: (backend: Backend) => Backend;
}

export const policyOf = (statements: readonly object[]): string =>
  JSON.stringify({ Version: "2012-10-17", Statement: statements });

export const allow = (action: string | string[], resource: string | string[] = "*", more: object = {}): object => ({
  Effect: "Allow",
  Action: action,
  Resource: resource,
  ...more,
});

export const deny = (action: string | string[], resource: string | string[] = "*", more: object = {}): object => ({
  ...allow(action, resource, more),
  Effect: "Deny",
});

export async function openTestGate(options: TestGateOptions = {}): Promise<TestGate> {
  const region = options.region ?? "us-east-1";
  let host = options.start ?? hostClock.now();
  const clock = { now: () => host };
  const entropy = options.entropy ?? hostEntropy;
  const { strictClock = false } = options;
  const world = openWorld({ state: "memory", accountId: ACCOUNT, region, clock, entropy, pid: 1, strictClock });
  const store = options.openBackend?.() ?? (await openBuiltinStore({ clock, entropy }));
  const backend = options.backendOver?.(store) ?? store;
  const authority = localAuthority(world);
  const gate = createGate({ authority, backend, log: silentLog, ...options, region, clock, entropy });
  const listener: Listener = await listen(gate.server, "127.0.0.1", 0);
  const root = keyOf(world, undefined);
  const test: TestGate = {
    world,
    backend,
    gate,
    port: listener.port,
    root,
    region,
    now: () => host,
    pass: (milliseconds) => {
      host += milliseconds;
    },
    ask: (ask) => exchange(listener.port, test.bytesOf(ask), ask.method ?? "GET"),
    bytesOf: (ask) => bytesOf(test, ask),
    presign: ({ expiresSeconds = 900, ...ask }) => {
      const { timeMs = host, signer = root, headers = [], method = "GET", target } = ask;
      const rawHeaders = ["Host", ask.host ?? `127.0.0.1:${listener.port}`, ...headers];
      const scope = { ...signer, region: ask.region ?? region, service: "s3" };
      const options = { timeMs, expiresSeconds, ...(ask.payloadHash && { payloadHash: ask.payloadHash }) };
      return presignRequest({ method, target, rawHeaders }, scope, options).target;
    },
    user: (name, ...statements) => userOf(world, name, statements),
    session: (name, statements, session = {}) => sessionOf(world, name, statements, session),
    setRolePolicy: (name, statements) =>
      world.change(() => {
        const role = world.account(ACCOUNT).roles.get(name)!;
        world.account(ACCOUNT).roles.put({ ...role, inline: { own: policyOf(statements) } });
      }),
    bucket: (name, { owner = ACCOUNT, statements } = {}) =>
      world.change(() =>
        world.tables.buckets.put({
          accountId: owner,
          name,
          region,
          created: world.now(),
          policy: statements && policyOf(statements),
        }),
      ),
    async put(bucket, key, body = "hello") {
      const bytes = Buffer.from(body);
      const incoming = { size: bytes.length, chunks: chunksOf(bytes), checksum: () => undefined };
      await backend.put({ bucket, key, headers: {} }, incoming);
    },
    async keys(bucket) {
      const listed = await backend.list({ bucket, prefix: "", delimiter: "", after: "", limit: 1000 });
      return listed.objects.map(({ key }) => key);
    },
    async close() {
      await listener.close();
      await gate.close();
      await store.close();
      world.close();
    },
  };
  return test;
}

async function* chunksOf(bytes: Buffer): AsyncGenerator<Buffer> {
  if (bytes.length > 0) yield bytes;
}

function bytesOf(test: TestGate, ask: Ask): Buffer {
  const body = Buffer.from(ask.body ?? "");
  const given = ask.headers ?? [];
  const names = given.filter((_, i) => i % 2 === 0).map((name) => name.toLowerCase());
  const isFramed = names.includes("transfer-encoding") || names.includes("content-length");
  const needsLength = body.length > 0 || ask.method === "PUT" || ask.method === "POST";
  const length = needsLength && !isFramed ? ["Content-Length", String(body.length)] : [];
  const { method = "GET", target } = ask;
  const rawHeaders = ["Host", ask.host ?? `127.0.0.1:${test.port}`, ...given, ...length];
  const signer = "signer" in ask ? ask.signer : test.root;
  const request = { method, target, rawHeaders };
  const signed = signer
    ? signRequest(
        request,
        { ...signer, region: ask.region ?? test.region, service: "s3" },
        { timeMs: ask.timeMs ?? test.now(), payloadHash: ask.payloadHash ?? sha256Hex(body) },
      )
    : request;
  let head = `${method} ${target} HTTP/1.1\r\n`;
  for (let i = 0; i < signed.rawHeaders.length; i += 2)
    head += `${signed.rawHeaders[i]}: ${signed.rawHeaders[i + 1]}\r\n`;
  return Buffer.concat([Buffer.from(`${head}\r\n`, "latin1"), body]);
}

/** One connection, one request, one answer. */
export async function exchange(port: number, bytes: Buffer, method = "GET"): Promise<Answer> {
  const connection = openConnection(port);
  try {
    connection.write(bytes);
    return await connection.answer(method);
  } finally {
    connection.end();
  }
}

export interface Connection {
  readonly socket: Socket;
  write(bytes: Buffer | string): void;
  /** The next whole answer; rejects when the connection ends before. */
  answer(method?: string): Promise<Answer>;
  /** Everything that has come so far and was not taken as an answer. */
  pending(): string;
  /** Resolves when the server has closed. */
  closed(): Promise<void>;
  end(): void;
}

export function openConnection(port: number): Connection {
  const socket = connect({ port, host: "127.0.0.1", noDelay: true });
  let held = Buffer.alloc(0);
  let isOver = false;
  let wake = () => {};
  const over = new Promise<void>((resolve) => {
    socket.once("close", () => {
      isOver = true;
      resolve();
      wake();
    });
  });
  socket.on("error", () => {});
  socket.on("data", (chunk) => {
    held = Buffer.concat([held, chunk]);
    wake();
  });
  return {
    socket,
    write: (bytes) => void socket.write(bytes),
    async answer(method = "GET") {
      for (;;) {
        const parsed = parseAnswer(held, method, isOver);
        if (parsed) {
          held = held.subarray(parsed.length);
          return parsed.answer;
        }
        if (isOver) throw new Error(`the connection ended after ${held.length} bytes: ${held.toString("latin1")}`);
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    },
    pending: () => held.toString("latin1"),
    closed: () => over,
    end: () => void socket.destroy(),
  };
}

function parseAnswer(bytes: Buffer, method: string, isOver: boolean): { answer: Answer; length: number } | undefined {
  const end = bytes.indexOf("\r\n\r\n");
  if (end < 0) return undefined;
  const [first, ...lines] = bytes.toString("latin1", 0, end).split("\r\n");
  const status = Number(first!.split(" ")[1]);
  if (status === 100) {
    const rest = parseAnswer(bytes.subarray(end + 4), method, isOver);
    if (!rest) return undefined;
    const raw = bytes.toString("latin1", 0, end + 4) + rest.answer.raw;
    return { answer: { ...rest.answer, raw }, length: rest.length + end + 4 };
  }
  const headers: Record<string, string> = {};
  for (const line of lines) {
    const colon = line.indexOf(":");
    headers[line.slice(0, colon).toLowerCase()] = line.slice(colon + 1).trim();
  }
  const hasBody = method !== "HEAD" && status !== 204 && status !== 304;
  const size = hasBody ? Number(headers["content-length"] ?? 0) : 0;
  const length = end + 4 + size;
  if (bytes.length < length) return undefined;
  const body = Buffer.from(bytes.subarray(end + 4, length));
  const text = body.toString("utf8");
  const code = /<Error><Code>([^<]+)/.exec(text)?.[1];
  return { length, answer: { status, headers, body, text, code, raw: bytes.toString("latin1", 0, length) } };
}

export function keyOf(world: World, userName: string | undefined, accountId = ACCOUNT): Signer {
  const key: AccessKey = {
    id: world.ids.accessKey("AKIA", accountId),
    secret: world.ids.secret(),
    accountId,
    status: "Active",
    created: world.now(),
    ...(userName !== undefined && { userName }),
  };
  world.change(() => world.tables.accessKeys.put(key));
  return { accessKeyId: key.id, secretAccessKey: key.secret };
}

function userOf(world: World, name: string, statements: readonly object[]): Signer {
  world.change(() =>
    world.account(ACCOUNT).users.put({
      accountId: ACCOUNT,
      name,
      path: "/",
      id: world.ids.unique("AIDA", ACCOUNT),
      arn: `arn:aws:iam::${ACCOUNT}:user/${name}`,
      created: world.now(),
      attached: [],
      inline: { own: policyOf(statements) },
      tags: [],
    }),
  );
  return keyOf(world, name);
}

function sessionOf(world: World, name: string, statements: readonly object[], options: SessionOptions): Signer {
  const { roles } = world.account(ACCOUNT);
  const role: Role = roles.get(name) ?? {
    accountId: ACCOUNT,
    name,
    path: "/",
    id: world.ids.unique("AROA", ACCOUNT),
    arn: `arn:aws:iam::${ACCOUNT}:role/${name}`,
    created: world.now(),
    attached: [],
    inline: { own: policyOf(statements) },
    trust: policyOf([]),
    trustedIds: {},
    maxSessionSeconds: 43_200,
    tags: [],
  };
  world.change(() => roles.put(role));
  const accessKeyId = world.ids.accessKey("ASIA", ACCOUNT);
  const { seconds = 3600, sessionPolicy, tags, instance } = options;
  const { token, secret } = world.sealer.seal({
    accessKeyId,
    accountId: ACCOUNT,
    roleId: role.id,
    roleName: name,
    sessionName: instance ? "i-0123456789abcdef0" : "session",
    issued: world.now(),
    expires: world.now() + seconds * 1000,
    ...(tags && { tags }),
    ...(sessionPolicy && { policy: policyOf(sessionPolicy) }),
    ...(instance && {
      instance: {
        id: "i-0123456789abcdef0",
        delivery: "2.0" as const,
        generation: 3,
        vpc: "vpc-0123456789abcdef0",
        ip: "10.0.0.7",
      },
    }),
  });
  return { accessKeyId, secretAccessKey: secret, sessionToken: token };
}

export { UNSIGNED_PAYLOAD };
