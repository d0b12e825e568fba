// The service's rules, row by row: the token endpoint, who may read, the paths, the documents and the version roots.
import { expect, test } from "@jest/globals";
import type { InstanceView } from "@rolemint/authority";
import { hostEntropy } from "@rolemint/host";
import { METADATA } from "./metadata.ts";
import { respond } from "./respond.ts";
import { SAMPLE_NOW, SAMPLE_VIEW, SAMPLE_VIEWS } from "./sample-view.fixture.ts";
import { VERSIONS } from "./versions.ts";

const TOKEN = "/latest/api/token";
const ROLES = "/latest/meta-data/iam/security-credentials";
const TTL = "X-aws-ec2-metadata-token-ttl-seconds";
const TOKEN_HEADER = "X-aws-ec2-metadata-token";

type View = InstanceView | undefined;
type Headers = readonly string[];

function ask(method: string, target: string, headers: Headers = [], view: View = SAMPLE_VIEW, now = SAMPLE_NOW) {
  const request = { method, target, rawHeaders: headers, httpVersion: "1.1" };
  const answer = respond(request, view, now, hostEntropy);
  const named = new Map<string, string>();
  for (let i = 0; i < answer.headers.length; i += 2) named.set(answer.headers[i]!, answer.headers[i + 1]!);
  return { ...answer, named };
}

const tokenOf = (view: View = SAMPLE_VIEW, ttl = 21_600) => ask("PUT", TOKEN, [TTL, String(ttl)], view).body;
const withToken = (view: View = SAMPLE_VIEW): Headers => [TOKEN_HEADER, tokenOf(view)];
const read = (target: string, view: View = SAMPLE_VIEW) => ask("GET", target, withToken(view), view);

test.each<[string, number, string, string, Headers]>([
  ["one second", 200, "PUT", TOKEN, [TTL, "1"]],
  ["six hours", 200, "PUT", TOKEN, [TTL, "21600"]],
  ["the name of the header in lower case", 200, "PUT", TOKEN, [TTL.toLowerCase(), "60"]],
  ["two slashes before it", 200, "PUT", `/${TOKEN}`, [TTL, "60"]],
  ["another Host", 200, "PUT", TOKEN, ["Host", "rebound.example", TTL, "60"]],
  ["no lifetime", 400, "PUT", TOKEN, []],
  ["an empty lifetime", 400, "PUT", TOKEN, [TTL, ""]],
  ["a word", 400, "PUT", TOKEN, [TTL, "long"]],
  ["zero", 400, "PUT", TOKEN, [TTL, "0"]],
  ["a negative lifetime", 400, "PUT", TOKEN, [TTL, "-1"]],
  ["over six hours", 400, "PUT", TOKEN, [TTL, "21601"]],
  ["a plus sign", 400, "PUT", TOKEN, [TTL, "+60"]],
  ["a fraction", 400, "PUT", TOKEN, [TTL, "60.0"]],
  ["a space within", 400, "PUT", TOKEN, [TTL, "6 0"]],
  ["the lifetime twice", 400, "PUT", TOKEN, [TTL, "60", TTL, "60"]],
  ["X-Forwarded-For", 403, "PUT", TOKEN, [TTL, "60", "X-Forwarded-For", "192.0.2.1"]],
  ["X-Forwarded-For, empty", 403, "PUT", TOKEN, [TTL, "60", "x-forwarded-for", ""]],
  ["a final slash", 403, "PUT", `${TOKEN}/`, [TTL, "60"]],
  ["a dated root", 403, "PUT", "/2021-03-23/api/token", [TTL, "60"]],
  ["another path", 403, "PUT", "/latest/meta-data/instance-id", [TTL, "60"]],
  ["GET", 405, "GET", TOKEN, [TTL, "60"]],
  ["HEAD", 405, "HEAD", TOKEN, []],
  ["POST", 405, "POST", TOKEN, [TTL, "60"]],
  ["DELETE", 405, "DELETE", TOKEN, []],
  ["OPTIONS", 200, "OPTIONS", TOKEN, []],
  ["Expect", 417, "PUT", TOKEN, [TTL, "60", "Expect", "100-continue"]],
])("token endpoint, %s: %d", (_, status, method, target, headers) => {
  const answer = ask(method, target, headers);
  expect(answer.status).toBe(status);
  expect(answer.body.length).toBe(status === 200 && method === "PUT" ? 56 : 0);
  expect(answer.named.get("Allow")).toBe(method === "PUT" ? undefined : "OPTIONS, PUT");
});

test("the answer to a token request echoes the lifetime asked for", () => {
  expect(ask("PUT", TOKEN, [TTL, "300"]).named.get("X-Aws-Ec2-Metadata-Token-Ttl-Seconds")).toBe("300");
});

const { optional, disabled, "another instance": another } = SAMPLE_VIEWS;
const foreign: Headers = [TOKEN_HEADER, tokenOf(another)];

test.each<[string, number, string, string, Headers, InstanceView]>([
  ["optional, no token", 200, "GET", "/latest/meta-data/", [], optional],
  ["optional, a token", 200, "GET", "/latest/meta-data/", withToken(optional), optional],
  ["required, a token", 200, "GET", "/latest/meta-data/", withToken(), SAMPLE_VIEW],
  ["optional, a wrong token", 401, "GET", "/", [TOKEN_HEADER, "INVALID"], optional],
  ["required, a wrong token", 401, "GET", "/", [TOKEN_HEADER, "INVALID"], SAMPLE_VIEW],
  ["optional, a foreign token", 401, "GET", "/", foreign, optional],
  ["required, a foreign token", 401, "GET", "/", foreign, SAMPLE_VIEW],
  ["optional, an empty token", 401, "GET", "/", [TOKEN_HEADER, ""], optional],
  ["optional, a token twice", 401, "GET", "/", [...withToken(optional), ...withToken(optional)], optional],
  ["required, no token", 401, "GET", "/", [], SAMPLE_VIEW],
  ["required, no token, HEAD", 401, "HEAD", "/latest/meta-data/", [], SAMPLE_VIEW],
  ["required, no token, no such path", 401, "GET", "/latest/nothing", [], SAMPLE_VIEW],
  ["a token, no such path", 404, "GET", "/latest/nothing", withToken(), SAMPLE_VIEW],
  ["disabled, no token", 403, "GET", "/latest/meta-data/", [], disabled],
  ["disabled, a token", 403, "GET", "/latest/meta-data/", withToken(), disabled],
  ["disabled, asking for a token", 403, "PUT", TOKEN, [TTL, "60"], disabled],
  ["disabled, Expect", 403, "PUT", TOKEN, [TTL, "60", "Expect", "100-continue"], disabled],
  ["disabled, POST", 403, "POST", "/", [], disabled],
  ["a token, X-Forwarded-For", 200, "GET", "/", [...withToken(), "X-Forwarded-For", "192.0.2.1"], SAMPLE_VIEW],
  ["a token, POST", 405, "POST", "/latest/meta-data/", withToken(), SAMPLE_VIEW],
  ["a token, DELETE", 405, "DELETE", "/latest/meta-data/", withToken(), SAMPLE_VIEW],
  ["a token, OPTIONS", 405, "OPTIONS", "/latest/meta-data/", withToken(), SAMPLE_VIEW],
  ["a token, Range", 200, "GET", "/latest/meta-data/mac", [...withToken(), "Range", "bytes=0-1"], SAMPLE_VIEW],
  ["a token, Expect", 417, "GET", "/", [...withToken(), "Expect", "100-continue"], SAMPLE_VIEW],
])("reading, %s: %d", (_, status, method, target, headers, view) => {
  const answer = ask(method, target, headers, view);
  expect(answer.status).toBe(status);
  const isPage = status === 403 || status === 404;
  expect(answer.named.get("Content-Type")).toBe(isPage ? "text/html" : "text/plain");
  if (status === 401 || status === 405 || status === 417) expect(answer.named.get("Content-Length")).toBe("0");
});

test("the remaining lifetime counts down in whole seconds and the token ends on time", () => {
  const headers = withToken();
  const ttlAfter = (ms: number) => {
    const answer = ask("GET", "/latest/meta-data/mac", headers, SAMPLE_VIEW, SAMPLE_NOW + ms);
    return [answer.status, answer.named.get("X-Aws-Ec2-Metadata-Token-Ttl-Seconds")];
  };
  expect(ttlAfter(0)).toEqual([200, "21600"]);
  expect(ttlAfter(1)).toEqual([200, "21599"]);
  expect(ttlAfter(82_000)).toEqual([200, "21518"]);
  expect(ttlAfter(21_599_999)).toEqual([200, "0"]);
  expect(ttlAfter(21_600_000)).toEqual([401, undefined]);
});

test("a token of a time that has not come is none: the clock was moved back, and it would live for longer than told", () => {
  const token = tokenOf(SAMPLE_VIEW, 10);
  const at = (ms: number) => ask("GET", "/", [TOKEN_HEADER, token], SAMPLE_VIEW, SAMPLE_NOW + ms).status;
  // The host's clock itself goes back a little now and then.
  expect([-7 * 86_400_000, -60_000, -500, 0].map(at)).toEqual([401, 401, 200, 200]);
});

test("a new token leaves the older ones good", () => {
  const older = withToken();
  tokenOf();
  expect(ask("GET", "/", older).status).toBe(200);
});

test("a token outlives a change of what the instance shows, and tokens being made optional", () => {
  const headers = withToken();
  expect(ask("GET", "/", headers, { ...SAMPLE_VIEW, Changed: SAMPLE_NOW }).status).toBe(200);
  expect(ask("GET", "/", headers, optional).status).toBe(200);
});

test.each([
  "/latest/meta-data/instance-id",
  "/latest/meta-data/mac",
  "/latest/meta-data/placement/availability-zone",
  "/latest/meta-data",
  "/latest",
  "/latest/dynamic/instance-identity/document",
  ROLES,
  `${ROLES}/s3access`,
  "/2021-03-23/meta-data/instance-id",
])("%s answers the same however it is spelt", (path) => {
  const plain = read(path);
  expect(plain.status).toBe(200);
  const spellings = [`${path}/`, `/${path}`, path.replaceAll("/", "//"), `${path}?a=b`, path.replaceAll("-", "%2D")];
  for (const spelling of [...spellings, `http://169.254.169.254${path}`]) {
    expect([spelling, read(spelling).body]).toEqual([spelling, plain.body]);
  }
});

test.each([
  "/nothing",
  "/latest/",
  "/latest/meta-data/..",
  "/latest/%",
  "*",
  "latest",
  "/latest/meta-data/instance-id/x",
])("%s is answered without harm", (target) => {
  expect(read(target).status).toBe(target === "/latest/" ? 200 : 404);
});

test.each<[string, InstanceView, number, string | undefined, string]>([
  ["/iam/info", SAMPLE_VIEWS["without profile"], 404, undefined, ""],
  ["/iam", SAMPLE_VIEWS["without profile"], 404, undefined, ""],
  ["/iam/security-credentials/", SAMPLE_VIEWS["without profile"], 404, undefined, ""],
  ["/iam/security-credentials/s3access", SAMPLE_VIEWS["without profile"], 404, undefined, ""],
  ["/iam/security-credentials/", SAMPLE_VIEW, 200, undefined, "s3access"],
  ["/iam/security-credentials/S3AdminAccess", SAMPLE_VIEW, 404, undefined, ""],
  ["/iam/security-credentials/S3ACCESS", SAMPLE_VIEW, 404, undefined, ""],
  ["/iam/security-credentials-extended/", SAMPLE_VIEW, 404, undefined, ""],
  ["/iam/security-credentials/s3access", SAMPLE_VIEW, 200, "Success", ""],
  ["/iam/info", SAMPLE_VIEW, 200, "Success", ""],
  ["/iam/security-credentials/", SAMPLE_VIEWS["role not trusting ec2"], 200, undefined, "s3access"],
  [
    "/iam/security-credentials/s3access",
    SAMPLE_VIEWS["role not trusting ec2"],
    200,
    "AssumeRoleUnauthorizedAccess",
    "",
  ],
  ["/iam/info", SAMPLE_VIEWS["profile deleted"], 200, "InstanceProfileNotFound", ""],
  ["/iam/security-credentials/", SAMPLE_VIEWS["profile deleted"], 404, undefined, ""],
  ["/iam/info", SAMPLE_VIEWS["role removed"], 200, "Success", ""],
])("role documents %#: %s", (path, view, status, code, text) => {
  const answer = read(`/latest/meta-data${path}`, view);
  expect(answer.status).toBe(status);
  if (status === 404) expect(answer.body).toHaveLength(339);
  if (code !== undefined) expect(JSON.parse(answer.body).Code).toBe(code);
  if (text !== "") expect(answer.body).toBe(text);
});

test("the instance profile's document has the recorded 200 bytes", () => {
  expect(read("/latest/meta-data/iam/info").body).toHaveLength(200);
});

test("a document with keys has exactly its seven names, one without has exactly three", () => {
  const names = (view: InstanceView) => Object.keys(JSON.parse(read(`${ROLES}/s3access`, view).body));
  expect(names(SAMPLE_VIEW)).toEqual([
    "Code",
    "LastUpdated",
    "Type",
    "AccessKeyId",
    "SecretAccessKey",
    "Token",
    "Expiration",
  ]);
  expect(names(SAMPLE_VIEWS["role not trusting ec2"])).toEqual(["Code", "Message", "LastUpdated"]);
});

test("callers with and without a token get different keys, and the answer says whose", () => {
  const first = ask("GET", `${ROLES}/s3access`, [], optional);
  const second = read(`${ROLES}/s3access`, optional);
  expect(JSON.parse(first.body).AccessKeyId).toBe("ASIAIOSFODNN1EXAMPLE");
  expect(first.given).toEqual({ generation: 3, accessKeyId: "ASIAIOSFODNN1EXAMPLE" });
  expect(JSON.parse(second.body).AccessKeyId).toBe("ASIAIOSFODNN2EXAMPLE");
  expect(second.given).toEqual({ generation: 3, accessKeyId: "ASIAIOSFODNN2EXAMPLE" });
});

test("HEAD gives the headers of GET and no body, and no key", () => {
  const headers = withToken();
  const get = ask("GET", `${ROLES}/s3access`, headers);
  const head = ask("HEAD", `${ROLES}/s3access`, headers);
  expect(head.headers).toEqual(get.headers);
  expect([head.body, head.given]).toEqual(["", undefined]);
});

test("Last-Modified is the instance's, on whatever is shown, and on nothing else", () => {
  const modified = (target: string) => read(target).named.get("Last-Modified");
  expect(modified(`${ROLES}/s3access`)).toBe("Mon, 23 Nov 2026 05:00:02 GMT");
  expect(modified(`${ROLES}/`)).toBe("Mon, 23 Nov 2026 05:00:02 GMT");
  expect(modified("/latest/nothing")).toBeUndefined();
  expect(ask("GET", "/").named.get("Last-Modified")).toBeUndefined();
});

test.each<[string, string, Headers, boolean]>([
  ["1.1", "absent", [], false],
  ["1.1", "keep-alive", ["Connection", "keep-alive"], true],
  ["1.1", "Keep-Alive among others", ["connection", "TE, Keep-Alive"], true],
  ["1.1", "close", ["Connection", "close"], false],
  ["1.1", "both", ["Connection", "keep-alive, close"], false],
  ["1.1", "both in two headers", ["Connection", "keep-alive", "Connection", "close"], false],
  ["1.0", "keep-alive", ["Connection", "keep-alive"], false],
])("HTTP/%s, Connection: %s", (httpVersion, _, headers, isKept) => {
  for (const [method, target] of [
    ["GET", "/latest/meta-data/mac"],
    ["GET", "/nothing"],
    ["PUT", TOKEN],
    ["PUT", "/"],
    ["POST", "/"],
  ] as const) {
    const rawHeaders = [...headers, ...withToken()];
    const answer = respond({ method, target, rawHeaders, httpVersion }, SAMPLE_VIEW, SAMPLE_NOW, hostEntropy);
    expect(answer.isKept).toBe(isKept);
    expect(answer.headers.includes("Connection")).toBe(!isKept);
  }
});

test("/ lists the versions, and every one of them answers", () => {
  expect(read("/").body).toBe(VERSIONS.join("\n"));
  for (const version of VERSIONS) {
    expect(read(`/${version}`).body).toContain("meta-data");
    expect(read(`/${version}/meta-data/instance-id`).body).toBe(SAMPLE_VIEW.InstanceId);
  }
  expect(read("/2020-01-01/meta-data/instance-id").status).toBe(404);
});

test.each([
  ["2008-09-01", "dynamic", "2009-04-04"],
  ["2011-05-01", "meta-data/iam/info", "2012-01-12"],
  ["2018-08-17", "meta-data/instance-life-cycle", "2019-10-01"],
  ["2019-10-01", "meta-data/placement/region", "2020-10-27"],
  ["2021-01-03", "meta-data/tags/instance/Name", "2021-03-23"],
])("root %s hides %s, root %s shows it", (older, path, newer) => {
  const view = SAMPLE_VIEWS["with tags and user data"];
  expect(read(`/${older}/${path}`, view).status).toBe(404);
  expect(read(`/${newer}/${path}`, view).status).toBe(200);
  const [parent, name] = [path.slice(0, path.lastIndexOf("/") + 1), path.slice(path.lastIndexOf("/") + 1)];
  expect(read(`/${older}/${parent}`, view).body.split("\n")).not.toContain(name);
});

test("the root of a version names user data only when there is some", () => {
  expect(read("/latest/").body).toBe("dynamic\nmeta-data");
  expect(read("/latest/", SAMPLE_VIEWS["with tags and user data"]).body).toBe("dynamic\nmeta-data\nuser-data");
});

test("user data comes as its bytes, and is not there without", () => {
  const answer = read("/latest/user-data", SAMPLE_VIEWS["with tags and user data"]);
  expect(answer.named.get("Content-Type")).toBe("application/octet-stream");
  expect(Buffer.from(answer.body, "latin1").toString()).toBe("#!/bin/sh\necho \u00e9\n");
  expect(read("/latest/user-data").status).toBe(404);
});

test("tags are shown only where that is enabled, and only those that can be a path", () => {
  const view = SAMPLE_VIEWS["with tags and user data"];
  expect(read("/latest/meta-data/tags/instance/", view).body).toBe("Name\nempty\nowner");
  expect(Buffer.from(read("/latest/meta-data/tags/instance/owner", view).body, "latin1").toString()).toBe("Zoë");
  const empty = read("/latest/meta-data/tags/instance/empty", view);
  expect([empty.status, empty.body]).toEqual([200, ""]);
  expect(read("/latest/meta-data/tags", { ...view, TagsInMetadata: "disabled" }).status).toBe(404);
});

test.each([
  ["us-east-1", "ip-172-31-31-158.ec2.internal", "ec2-203-0-113-25.compute-1.amazonaws.com", "aws"],
  [
    "us-east-2",
    "ip-172-31-31-158.us-east-2.compute.internal",
    "ec2-203-0-113-25.us-east-2.compute.amazonaws.com",
    "aws",
  ],
  ["cn-north-1", "ip-172-31-31-158.cn-north-1.compute.internal", "", "aws-cn"],
  ["us-gov-west-1", "ip-172-31-31-158.us-gov-west-1.compute.internal", "", "aws-us-gov"],
])("names in %s", (Region, privateName, publicName, partition) => {
  const view = { ...SAMPLE_VIEW, Region };
  expect(read("/latest/meta-data/local-hostname", view).body).toBe(privateName);
  if (publicName !== "") expect(read("/latest/meta-data/public-hostname", view).body).toBe(publicName);
  expect(read("/latest/meta-data/services/partition", view).body).toBe(partition);
});

test("a caller that is no instance gets a token and sees nothing, as where there is no profile", () => {
  const stranger = (method: string, target: string, rawHeaders: Headers = []) =>
    respond({ method, target, rawHeaders, httpVersion: "1.1" }, undefined, SAMPLE_NOW, hostEntropy);
  const token = stranger("PUT", TOKEN, [TTL, "60"]);
  expect(token.status).toBe(200);
  for (const target of ["/", "/latest/meta-data/instance-id", `${ROLES}/`]) {
    expect(stranger("GET", target, [TOKEN_HEADER, token.body]).status).toBe(404);
    expect(stranger("GET", target).status).toBe(404);
  }
  expect(ask("GET", "/", [TOKEN_HEADER, token.body]).status).toBe(401);
  expect(stranger("GET", "/", withToken()).status).toBe(401);
});

/** Every leaf below a directory, found by reading listings alone; each thing named must answer. */
function crawl(directory: string, view: InstanceView): string[] {
  const listing = read(directory, view);
  expect([directory, listing.status]).toEqual([directory, 200]);
  return listing.body.split("\n").flatMap((name) => {
    const path = `${directory}${name}`;
    if (name.endsWith("/")) return crawl(path, view);
    if (name === "dynamic" || name === "meta-data") return crawl(`${path}/`, view);
    expect([path, read(path, view).status]).toEqual([path, 200]);
    return [path];
  });
}

test.each(Object.entries(SAMPLE_VIEWS).filter(([name]) => name !== "disabled"))(
  "%s: whatever is listed answers, and whatever the table holds is listed",
  (_, view) => {
    const names: Record<string, string[]> = {
      "{role}": view.Profile?.RoleName ? [view.Profile.RoleName] : [],
      "{tag}": view.TagsInMetadata === "enabled" ? ["Name", "empty", "owner"] : [],
    };
    const expected = METADATA.flatMap(([path]) => {
      const filled = path.replace("{mac}", view.Mac).replace("{public-ip}", view.PublicIp);
      const brace = /\{\w+\}/.exec(filled)?.[0];
      return brace === undefined ? [filled] : names[brace]!.map((name) => filled.replace(brace, name));
    })
      .filter((path) => path !== "user-data" || view.UserData !== undefined)
      .filter((path) => path !== "meta-data/iam/info" || view.Profile !== undefined);
    expect(crawl("/latest/", view).toSorted()).toEqual(expected.map((path) => `/latest/${path}`).toSorted());
    for (const version of VERSIONS) crawl(`/${version}/`, view);
  },
);
