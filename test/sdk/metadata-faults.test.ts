// The real AWS SDK for JavaScript v3 under faults of the metadata service: what it makes of each, as known from its source
// and from runs against other servers (docs/clients.md), and that it recovers when the fault is gone.
import { beforeAll, beforeEach, expect, test } from "@jest/globals";
import { type Running, start } from "../support/rolemint.ts";
import { startProgram } from "../support/sdk-program.ts";
import { until } from "../support/until.ts";

const CONFIG = `version: 1
roles: { reader: { managedPolicies: [arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess] } }
instances:
  web: { role: reader }
  old: { role: reader, metadata: { tokens: optional } }
buckets: { demo: {} }
`;
const NO_CREDENTIALS = /CredentialsProviderError|TimeoutError|SyntaxError|ProviderError/;

let running: Running;

beforeAll(async () => {
  running = await start({ config: CONFIG });
});
beforeEach(() => running.control("Reset"));

const put = (Name: string, Parameters: object = {}, more: object = {}) =>
  running.control("PutFault", { Name, Target: "web", Parameters, ...more });
const heal = () => running.control("DeleteFault", { All: true });

/** `P200 L200 C503`: the steps that the metadata service saw, with their status, `-` for no answer. */
async function steps(instance = "web"): Promise<string> {
  const { Events } = await running.control("ListEvents", { Instance: instance, Limit: 10_000 });
  const requests = Events.filter(({ Kind }: any) => Kind === "metadata");
  return requests
    .map(({ Path, Status = "-" }: any) => {
      const role = /security-credentials\/(.*)$/.exec(Path)?.[1];
      return `${role === undefined ? "P" : role === "" ? "L" : "C"}${Status}`;
    })
    .join(" ");
}

test.each<[string, string, object, object, RegExp]>([
  ["unreachable at the first fetch", "imds.unreachable", {}, {}, /^P- L-$/],
  ["slower than its second", "imds.slow", { FirstByte: "1500ms" }, {}, /^P- L-$/],
  ["503 at the credentials", "imds.5xx", { Step: "credentials" }, {}, /^P200 L200 C503$/],
  ["half a document", "imds.malformed", {}, {}, /^P200 L200 C200$/],
  ["a page of HTML", "imds.malformed", { Kind: "html" }, {}, /^P200 L200 C200$/],
  ["no Expiration", "imds.malformed", { Kind: "without-field" }, {}, /^P200 L200 C200$/],
  ["a document cut off", "imds.reset-mid-body", {}, {}, /^P200 L200 C200$/],
  ["throttled", "imds.throttle", { Rate: 0, Burst: 2 }, {}, /^P200 L200 C429$/],
  ["no way to a token", "imds.token-endpoint-only-fails", { Form: "403" }, {}, /^P403 L401$/],
])(
  "%s: no credentials, and with the fault gone all is well",
  async (_, name, given, more, seen) => {
    await put(name, given, more);
    const program = startProgram(running);
    const { error } = await program.call("whoami");
    expect(error).toMatch(NO_CREDENTIALS);
    await until(async () => seen.test(await steps()));
    await heal();
    expect(await program.call("whoami")).toEqual({ ok: expect.stringContaining("assumed-role/reader/") });
  },
  20_000,
);

test("half a document is an error of the parser; a right one of the wrong type is none", async () => {
  await put("imds.malformed", { Kind: "content-type" });
  expect(await startProgram(running).call("whoami")).toEqual({ ok: expect.stringContaining("assumed-role") });
});

test("a token refused with 401 fails that load; the next fetches a fresh one", async () => {
  await put("imds.token-expire", { Uses: 1 }, { Times: 1 });
  const program = startProgram(running);
  expect((await program.call("whoami")).error).toMatch(NO_CREDENTIALS);
  expect(await program.call("whoami")).toEqual({ ok: expect.stringContaining("assumed-role") });
  expect(await steps()).toBe("P200 L200 C401 P200 L200 C200");
});

test("a token answer that never comes: after a second it goes on without, where tokens are optional", async () => {
  await running.control("PutFault", { Name: "imds.hop-limit", Target: "old" });
  const program = startProgram(running, "old");
  expect(await program.call("whoami")).toEqual({ ok: expect.stringContaining("assumed-role") });
  expect(await steps("old")).toBe("P- L200 C200");
});

test("with less than five minutes left and the service away the default chain goes on with the old key (K24)", async () => {
  await running.control("SetRotation", { Lifetime: "4m", RenewEvery: "4m" });
  await running.control("RotateCredentials", { Instance: "web" });
  const program = startProgram(running);
  const { ok: keys } = await program.call("keys");
  expect((await program.call("whoami", {}, "metadata")).ok).toContain("assumed-role");
  await put("imds.unreachable");
  expect(await program.call("buckets")).toEqual({ ok: ["demo"] });
  expect((await program.call("keys")).ok).toEqual(keys);
  // It asked all the same, behind the call.
  expect(await steps()).toMatch(/ P- L-/);
  // fromInstanceMetadata, given as the provider itself, awaits what it fetches, and has no memory of what it had.
  expect((await program.call("whoami", {}, "metadata")).error).toMatch(NO_CREDENTIALS);
});
