// One address for everything: IAM, STS, EC2, CloudTrail and S3, told apart by scope, Host and shape; scopes that do not
// fit; and clients that misbehave.

import { once } from "node:events";
import { Agent, request } from "node:http";
import { connect, type LookupFunction } from "node:net";
import { LookupEventsCommand } from "@aws-sdk/client-cloudtrail";
import { DescribeInstancesCommand } from "@aws-sdk/client-ec2";
import { GetUserCommand, ListRolesCommand } from "@aws-sdk/client-iam";
import {
  GetObjectCommand,
  ListBucketsCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { GetCallerIdentityCommand } from "@aws-sdk/client-sts";
import { beforeAll, expect, test } from "@jest/globals";
import { clients, refusal } from "../support/aws-clients.ts";
import { metadata } from "../support/metadata.ts";
import { type Running, start, trouble } from "../support/rolemint.ts";
import { until } from "../support/until.ts";

let running: Running;

beforeAll(async () => {
  running = await start({
    config: "version: 1\nregion: eu-central-1\ninstances: { web: {} }\nbuckets: { demo: {} }\n",
  });
});

const port = () => Number(new URL(running.ready().endpoints.aws).port);

test("one endpoint serves them all", async () => {
  const { iam, sts, ec2, trail, s3 } = clients(running.ready());
  expect((await sts.send(new GetCallerIdentityCommand({}))).Arn).toBe("arn:aws:iam::111122223333:root");
  expect((await iam.send(new ListRolesCommand({}))).Roles).toEqual([]);
  expect((await ec2.send(new DescribeInstancesCommand({}))).Reservations).toHaveLength(1);
  expect((await s3.send(new ListBucketsCommand({}))).Buckets).toHaveLength(1);
  // What S3 did comes into the trail a moment later.
  const names = await until(async () => {
    const { Events } = await trail.send(new LookupEventsCommand({}));
    const seen = Events!.map(({ EventName }) => EventName);
    return seen.includes("ListBuckets") && seen;
  });
  expect(names).toEqual(expect.arrayContaining(["GetCallerIdentity", "ListRoles", "DescribeInstances"]));
});

/** A resolver to whom every name is this machine. */
const toLoopback: LookupFunction = (_, options, done) =>
  options.all ? done(null, [{ address: "127.0.0.1", family: 4 }]) : done(null, "127.0.0.1", 4);

test.each(["s3.localhost", "s3.eu-central-1.amazonaws.com"])("virtual-host style under %s", async (domain) => {
  const { region, operator } = running.ready();
  const s3 = new S3Client({
    endpoint: `http://${domain}:${port()}`,
    region,
    credentials: { ...operator },
    maxAttempts: 1,
    requestHandler: { httpAgent: new Agent({ lookup: toLoopback }) },
  });
  await s3.send(new PutObjectCommand({ Bucket: "demo", Key: "deep/ü key", Body: "by host" }));
  const { Body } = await s3.send(new GetObjectCommand({ Bucket: "demo", Key: "deep/ü key" }));
  expect(await Body!.transformToString()).toBe("by host");
  const { Contents } = await clients(running.ready()).s3.send(new ListObjectsV2Command({ Bucket: "demo" }));
  expect(Contents?.map(({ Key }) => Key)).toContain("deep/ü key");
  s3.destroy();
});

interface Unsigned {
  readonly method?: string;
  readonly path?: string;
  readonly headers?: Record<string, string>;
  readonly body?: string;
}

async function unsigned({ method = "POST", path = "/", headers = {}, body = "" }: Unsigned) {
  const sent = request({ host: "127.0.0.1", port: port(), method, path, headers });
  sent.end(body);
  const [response] = await once(sent, "response");
  return { status: response.statusCode as number, text: Buffer.concat(await response.toArray()).toString() };
}

const FORM = { "content-type": "application/x-www-form-urlencoded" };
const SDK_JSON = { "content-type": "application/x-amz-json-1.1", "x-amz-target": "CloudTrail_20131101.LookupEvents" };

test.each([
  [
    "a form of STS",
    { headers: FORM, body: "Action=GetCallerIdentity&Version=2011-06-15" },
    403,
    /<Code>MissingAuthenticationToken</,
  ],
  [
    "a form of IAM",
    { headers: FORM, body: "Action=ListRoles&Version=2010-05-08" },
    403,
    /<Code>MissingAuthenticationToken</,
  ],
  [
    "a form of EC2",
    { headers: FORM, body: "Action=DescribeInstances&Version=2016-11-15" },
    401,
    /<Response><Errors>.*<Code>/s,
  ],
  [
    "a query of STS",
    { method: "GET", path: "/?Action=GetCallerIdentity&Version=2011-06-15" },
    403,
    /<Code>MissingAuthenticationToken</,
  ],
  ["a target of CloudTrail", { headers: SDK_JSON, body: "{}" }, 400, /"__type"\s*:\s*"[^"]*MissingAuthenticationToken/],
  [
    "the Host of STS",
    {
      headers: { ...FORM, host: "sts.eu-central-1.amazonaws.com" },
      body: "Action=GetCallerIdentity&Version=2011-06-15",
    },
    403,
    /MissingAuthenticationToken/,
  ],
  ["a list of S3", { method: "GET" }, 403, /<Code>AccessDenied</],
  ["an object of S3", { method: "GET", path: "/demo/a" }, 403, /<Code>AccessDenied</],
  [
    "a bucket by Host",
    { method: "GET", path: "/a", headers: { host: "demo.s3.localhost" } },
    403,
    /<Code>AccessDenied</,
  ],
])("an unsigned call is refused by the service that it is meant for: %s", async (_, call, status, says) => {
  const answer = await unsigned(call);
  expect(answer.text).toMatch(says);
  expect(answer.status).toBe(status);
});

const inRegion = (region: string) => clients({ ...running.ready(), region }, undefined, { maxAttempts: 1 });

test("scopes: IAM takes us-east-1 and the world's region, the others the world's only", async () => {
  const [home, world] = [inRegion("us-east-1"), inRegion("eu-central-1")];
  await home.iam.send(new ListRolesCommand({}));
  await world.iam.send(new ListRolesCommand({}));
  const text = "Credential should be scoped to a valid region.";
  const away = inRegion("eu-west-1");
  const refused = { name: "SignatureDoesNotMatch", status: 403, message: expect.stringContaining(text) };
  expect(await refusal(away.iam.send(new ListRolesCommand({})))).toMatchObject(refused);
  for (const { sts, ec2, trail, s3 } of [home, away]) {
    expect(await refusal(sts.send(new GetCallerIdentityCommand({})))).toMatchObject(refused);
    expect((await refusal(trail.send(new LookupEventsCommand({})))).message).toContain(text);
    expect(await refusal(ec2.send(new DescribeInstancesCommand({})))).toMatchObject({
      name: "AuthFailure",
      status: 401,
    });
    expect(await refusal(s3.send(new ListBucketsCommand({})))).toMatchObject({
      name: "AuthorizationHeaderMalformed",
      status: 400,
    });
  }
  const raw = await unsigned({
    method: "GET",
    headers: {
      authorization:
        "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20261123/eu-west-1/s3/aws4_request, SignedHeaders=host;x-amz-date, Signature=" +
        "0".repeat(64),
      "x-amz-date": `${new Date().toISOString().replace(/[-:]|\.\d+/g, "")}`,
      "x-amz-content-sha256": "UNSIGNED-PAYLOAD",
    },
  });
  expect(raw.text).toMatch(/<Code>AuthorizationHeaderMalformed<.*<Region>eu-central-1</s);
});

test("a service that is not served, and a call that names none, are told so", async () => {
  const credential = "Credential=AKIAIOSFODNN7EXAMPLE/20261123/eu-central-1/dynamodb/aws4_request";
  const authorization = `AWS4-HMAC-SHA256 ${credential}, SignedHeaders=host, Signature=${"0".repeat(64)}`;
  const dynamo = await unsigned({ headers: { authorization }, body: "{}" });
  expect(dynamo.status).toBe(501);
  expect(dynamo.text).toContain("dynamodb");
  const nothing = await unsigned({ headers: FORM, body: "Action=Hello" });
  expect(nothing.status).toBeGreaterThanOrEqual(400);
  expect(nothing.status).toBeLessThan(500);
});

test("keys that are not known or not right are refused in each service's own words", async () => {
  const stranger = clients(running.ready(), { accessKeyId: "AKIAIOSFODNN7EXAMPLE", secretAccessKey: "x" });
  const wrong = clients(running.ready(), { ...running.ready().operator, secretAccessKey: "wrong" });
  const outcomes = async ({ iam, sts, ec2, s3 }: typeof stranger) => [
    (await refusal(iam.send(new GetUserCommand({})))).name,
    (await refusal(sts.send(new GetCallerIdentityCommand({})))).name,
    (await refusal(ec2.send(new DescribeInstancesCommand({})))).name,
    (await refusal(s3.send(new ListBucketsCommand({})))).name,
  ];
  expect(await outcomes(stranger)).toEqual([
    "InvalidClientTokenId",
    "InvalidClientTokenId",
    "AuthFailure",
    "InvalidAccessKeyId",
  ]);
  expect(await outcomes(wrong)).toEqual([
    "SignatureDoesNotMatch",
    "SignatureDoesNotMatch",
    "AuthFailure",
    "SignatureDoesNotMatch",
  ]);
});

/** All that a server answers to these bytes, however it ends. */
async function speak(to: number, text: string): Promise<string> {
  const socket = connect(to, "127.0.0.1");
  let answer = "";
  socket.setEncoding("latin1").on("data", (part) => {
    answer += part;
  });
  socket.on("error", () => {});
  socket.end(text, "latin1");
  await until(() => socket.closed);
  return answer;
}

const FORM_BODY = "Action=GetCallerIdentity&Version=2011-06-15";
const formCall = (version: string, headers = "") =>
  `POST / HTTP/${version}\r\nHost: localhost\r\n${headers}Content-Type: application/x-www-form-urlencoded\r\nContent-Length: ${FORM_BODY.length}\r\n\r\n${FORM_BODY}`;

test.each([
  ["HTTP/1.0", formCall("1.0"), /^HTTP\/1\.1 403 /],
  ["HTTP/1.0 without a Host", "GET /demo/a HTTP/1.0\r\n\r\n", /^HTTP\/1\.1 [34]\d\d /],
  ["HTTP/1.1 without a Host", "GET /demo/a HTTP/1.1\r\n\r\n", /^HTTP\/1\.1 4\d\d /],
  ["HTTP/2 in the clear", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", /^(?:HTTP\/1\.1 [45]\d\d |$)/],
  ["TLS", "\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001\u00fc\u0003\u0003", /^(?:HTTP\/1\.1 400 |$)/],
  ["nothing", "", /^$/],
  ["half a request", "POST / HTTP/1.1\r\nHost: loc", /^(?:HTTP\/1\.1 400 |$)/],
  [
    "a header of 100 kB",
    `GET / HTTP/1.1\r\nHost: localhost\r\nX: ${"x".repeat(100_000)}\r\n\r\n`,
    /^(?:HTTP\/1\.1 4\d\d |$)/,
  ],
  [
    "thousands of headers",
    `GET / HTTP/1.1\r\nHost: localhost\r\n${"A: b\r\n".repeat(3000)}\r\n`,
    /^(?:HTTP\/1\.1 4\d\d |$)/,
  ],
  ["a target that is no path", "GET nonsense HTTP/1.1\r\nHost: localhost\r\n\r\n", /^(?:HTTP\/1\.1 4\d\d |$)/],
  [
    "a length and chunks",
    "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    /^(?:HTTP\/1\.1 4\d\d |$)/,
  ],
  [
    "two lengths",
    "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
    /^(?:HTTP\/1\.1 4\d\d |$)/,
  ],
  [
    "an upgrade",
    "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n",
    /^(?:HTTP\/1\.1 [45]\d\d |$)/,
  ],
  ["CONNECT", "CONNECT example.com:443 HTTP/1.1\r\nHost: example.com:443\r\n\r\n", /^(?:HTTP\/1\.1 [45]\d\d |$)/],
])("%s is answered or closed, and nothing breaks", async (_, text, expected) => {
  for (const url of [running.ready().endpoints.aws, running.ready().endpoints.control]) {
    const answer = await speak(Number(new URL(url).port), text);
    if (url === running.ready().endpoints.aws) expect(answer).toMatch(expected);
    expect(answer).not.toMatch(/^HTTP\/1\.1 500/m);
  }
  await clients(running.ready()).sts.send(new GetCallerIdentityCommand({}));
});

test("a kept connection serves all services in turn, pipelined too", async () => {
  const one = formCall("1.1");
  const two = "GET /demo/a HTTP/1.1\r\nHost: localhost\r\n\r\n";
  const last = "GET /demo/a HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
  const answer = await speak(port(), (one + two).repeat(20) + last);
  const codes = [...answer.matchAll(/<Code>(\w+)<\/Code>/g)].map(([, code]) => code);
  expect(codes).toEqual([...Array(20).fill(["MissingAuthenticationToken", "AccessDenied"]).flat(), "AccessDenied"]);
});

test("a thousand connections at once are served, and a hundred idle ones hold nobody up", async () => {
  const idle = Array.from({ length: 100 }, () => connect(port(), "127.0.0.1").on("error", () => {}));
  const { imds } = running.ready().instances["web"]!;
  const answers = await Promise.all(
    Array.from({ length: 1000 }, (_, n) =>
      n % 2 ? speak(port(), "GET /demo/a HTTP/1.0\r\nHost: localhost\r\n\r\n") : metadata(imds, "/", null),
    ),
  );
  expect(
    answers.filter((answer) => (typeof answer === "string" ? answer.includes("AccessDenied") : answer.status === 401)),
  ).toHaveLength(1000);
  for (const socket of idle) socket.destroy();
});

test("a body that is too large for an API is refused by it", async () => {
  const body = `${FORM_BODY}&X=${"x".repeat(3_000_000)}`;
  const { status, text } = await unsigned({ headers: { ...FORM, "content-length": String(body.length) }, body });
  expect(status).toBe(413);
  expect(text).toContain("RequestEntityTooLarge");
  expect(trouble(running)).toBe("");
});
