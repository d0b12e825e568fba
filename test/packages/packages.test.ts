// What is published works where nothing of the workspace is: the tarballs are made as for a release, installed into an
// empty project, and used there, as the guides show.
import { execFileSync, spawnSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join, resolve } from "node:path";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { launch } from "../support/rolemint.ts";
import { until } from "../support/until.ts";

const ROOT = resolve(import.meta.dirname, "../..");
const PACKAGES = ["cli", "jest", "testcontainers"];
const tarballs = mkdtempSync(join(tmpdir(), "rolemint-tarballs-"));
const project = mkdtempSync(join(tmpdir(), "rolemint-project-"));
const env = {
  ...process.env,
  PATH: [dirname(process.execPath), process.env["PATH"]].join(delimiter),
  AWS_EC2_METADATA_DISABLED: "true",
  NODE_OPTIONS: "",
};

/** An application: one refresh, and one signed call. Only what Node has, since nothing else is installed. */
const APP = `
import { createHash, createHmac } from "node:crypto";
const { AWS_EC2_METADATA_SERVICE_ENDPOINT: imds, AWS_ENDPOINT_URL: aws } = process.env;
const ask = async (path, init) => (await fetch(imds + path, init)).text();
export async function work() {
  const token = await ask("/latest/api/token", { method: "PUT", headers: { "x-aws-ec2-metadata-token-ttl-seconds": "60" } });
  const headers = { "x-aws-ec2-metadata-token": token };
  const roles = "/latest/meta-data/iam/security-credentials/";
  const keys = JSON.parse(await ask(roles + (await ask(roles, { headers })), { headers }));
  return signed(keys);
}
async function signed({ AccessKeyId, SecretAccessKey, Token }) {
  const hash = (text) => createHash("sha256").update(text).digest("hex");
  const mac = (key, text) => createHmac("sha256", key).update(text).digest();
  const body = "Action=GetCallerIdentity&Version=2011-06-15";
  const time = new Date().toISOString().replace(/[-:]|\\.\\d+/g, "");
  const type = "application/x-www-form-urlencoded";
  const list = "content-type;host;x-amz-date;x-amz-security-token";
  const named = ["content-type:" + type, "host:" + new URL(aws).host, "x-amz-date:" + time, "x-amz-security-token:" + Token];
  const request = ["POST", "/", "", ...named, "", list, hash(body)].join("\\n");
  const scope = [time.slice(0, 8), "us-east-1", "sts", "aws4_request"];
  const key = scope.reduce(mac, "AWS4" + SecretAccessKey);
  const signature = mac(key, ["AWS4-HMAC-SHA256", time, scope.join("/"), hash(request)].join("\\n")).toString("hex");
  const authorization = "AWS4-HMAC-SHA256 Credential=" + AccessKeyId + "/" + scope.join("/") + ", SignedHeaders=" + list + ", Signature=" + signature;
  const headers = { "content-type": type, "x-amz-date": time, "x-amz-security-token": Token, authorization };
  return (await fetch(aws + "/", { method: "POST", headers, body })).text();
}
`;

/** The blocks of a guide that are marked so. */
function blocksOf(guide: string, mark: string): string[] {
  const text = readFileSync(join(ROOT, "docs/guides", guide), "utf8");
  return [...text.matchAll(/```(\w+ ?\w*)\n([\s\S]*?)```/g)]
    .filter(([, name]) => name === mark)
    .map(([, , code]) => code!);
}

const put = (name: string, text: string) => writeFileSync(join(project, name), text);

/** Run in the project, to its end. */
function run(program: string, args: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(program, args, { cwd: project, env, encoding: "utf8", timeout: 60_000 });
  return { status, output: `${stdout}${stderr}` };
}

const node = (...args: string[]) => run(process.execPath, args);
const jest = (...args: string[]) =>
  node(
    "--experimental-vm-modules",
    "--disable-warning=ExperimentalWarning",
    join(ROOT, "node_modules/jest/bin/jest.js"),
    "--rootDir",
    project,
    // Its own default, 5 s, is too little for a child process on a loaded machine.
    "--testTimeout",
    "25000",
    ...args,
  );

beforeAll(() => {
  for (const name of PACKAGES) {
    execFileSync("npm", ["pack", "--silent", "--pack-destination", tarballs], {
      cwd: join(ROOT, "packages", name),
      env,
    });
  }
  put("package.json", JSON.stringify({ name: "project", private: true, type: "module" }));
  const files = readdirSync(tarballs).map((name) => join(tarballs, name));
  // What a user has beside (the test runner, testcontainers) is the workspace's.
  const quick = ["--prefer-offline", "--ignore-scripts", "--legacy-peer-deps", "--no-audit", "--no-fund", "--silent"];
  execFileSync("npm", ["install", ...quick, ...files], { cwd: project, env });
  symlinkSync(join(ROOT, "node_modules/testcontainers"), join(project, "node_modules/testcontainers"));
  put("app.mjs", `${APP}\nif (import.meta.main) console.log(await work());\n`);
}, 180_000);

afterAll(() => {
  for (const folder of [tarballs, project]) rmSync(folder, { recursive: true, force: true });
});

test("packing leaves nothing behind in the workspace", () => {
  const left = PACKAGES.flatMap((name) => readdirSync(join(ROOT, "packages", name)));
  expect(left.filter((name) => name === "dist" || name === "LICENSE")).toEqual([]);
});

test("no tarball holds sources, tests or an inner package", () => {
  for (const file of readdirSync(tarballs)) {
    const names = execFileSync("tar", ["tzf", join(tarballs, file)], { encoding: "utf8" })
      .trim()
      .split("\n");
    const strangers = names.filter(
      (name) => !/^package\/(dist\/[\w./-]+|bin\.js|LICENSE|README\.md|package\.json)$/.test(name),
    );
    expect(strangers).toEqual([]);
    expect(names.filter((name) => /\.(test|fixture)\.|(?<!\.d)\.ts$/.test(name))).toEqual([]);
    expect(names).toContain("package/LICENSE");
    expect(names).toContain("package/README.md");
  }
  expect(existsSync(join(project, "node_modules/@rolemint/world"))).toBe(false);
});

test("rolemint runs as installed: up, exec and assert, as the guide for CI has it", async () => {
  put(
    "rolemint.yaml",
    "version: 1\nclock: { start: 2026-11-23T05:30:00Z }\nroles: { app: {} }\ninstances: { web: { role: app } }\n",
  );
  const [script] = blocksOf("ci.md", "sh");
  const lines = script!.replace("--ephemeral", "--ephemeral --aws-port 0 --imds-port 0 --control-port 0");
  put("ci.sh", `PATH=$PWD/node_modules/.bin:$PATH\n${lines}\necho "ended with $?"\nkill $(jobs -p); wait\n`);
  const shell = launch("bash", ["ci.sh"], {
    cwd: project,
    env: { ...env, GITHUB_STEP_SUMMARY: "" } as Record<string, string>,
  });
  const { stdout, stderr } = await shell.ended;
  expect([stderr, stdout]).toEqual(["", expect.stringContaining("ended with 0")]);
  expect(stdout.match(/assumed-role\/app\//g)).toHaveLength(2);
  expect(readFileSync(join(project, "rolemint.xml"), "utf8")).toContain('tests="3" failures="0"');
  expect(readFileSync(join(project, "summary.md"), "utf8")).toContain("### rolemint assert: 3 passed");
  expect(existsSync(join(project, "ready.json"))).toBe(false);
}, 60_000);

test("the guide's test runs in Jest, from an ES module", () => {
  const [code] = blocksOf("jest.md", "js jest");
  put("guide.test.mjs", code!);
  const { status, output } = jest("--testMatch", "**/guide.test.mjs");
  expect(output).toContain("1 passed");
  expect(status).toBe(0);
}, 60_000);

test("a CommonJS test with the global expect; its failure tells what happened, and files share a thread", () => {
  const one = (name: string) => `
    const { startRolemint } = require("@rolemint/jest");
    require("@rolemint/jest/jest");
    test("${name}", async () => {
      const lab = await startRolemint({ roles: { app: {} } });
      const app = await lab.instance({ role: "app", name: "${name}" });
      console.log("threads " + process.report.getReport().workers.length);
      await expect(app).toHaveNoExpiredCalls();
    });`;
  put("one.test.cjs", one("one"));
  put("two.test.cjs", one("two"));
  const { status, output } = jest("--runInBand", "--testMatch", "**/{one,two}.test.cjs");
  expect(status).toBe(1);
  expect(output.match(/threads \d+/g)).toEqual(["threads 1", "threads 1"]);
  expect(output).toMatch(/two made no call at all, [\s\S]*timeline of two, from .*\n +\+0s {2}issue /);
}, 60_000);

test("the guide's test runs in node:test", () => {
  const [code] = blocksOf("jest.md", "js node");
  put("guide.mjs", code!);
  const { status, output } = node("--test", "--test-reporter=tap", "guide.mjs");
  expect(output).toContain("# pass 1");
  expect(status).toBe(0);
}, 60_000);

test.each(PACKAGES.filter((name) => name !== "cli"))(
  "@rolemint/%s is there for import and for require alike",
  (name) => {
    const script = `
    const names = (kit) => Object.keys(kit).filter((name) => !["default", "module.exports"].includes(name)).sort();
    const [one, other] = [names(await import("@rolemint/${name}")), names(require("@rolemint/${name}"))];
    console.log(one.length > 0 && String(one) === String(other) ? "alike" : [one, other]);`;
    put(
      "alike.mjs",
      `import { createRequire } from "node:module"; const require = createRequire(import.meta.url);${script}`,
    );
    expect(node("alike.mjs").output.trim()).toBe("alike");
  },
);

test("a test process that is killed leaves no listener and no file", async () => {
  const script = `
    import { startRolemint } from "@rolemint/jest";
    const lab = await startRolemint({ roles: { app: {} } });
    const app = await lab.instance({ role: "app" });
    console.log(app.metadataEndpoint);
    setInterval(() => {}, 1000);`;
  put("killed.mjs", script);
  const before = readdirSync(project).sort();
  const killed = launch(process.execPath, ["killed.mjs"], { cwd: project });
  const url = await until(() => /http:\S+/.exec(killed.printed().stdout)?.[0]);
  expect((await fetch(url)).status).toBe(401);
  killed.process.kill("SIGKILL");
  await killed.ended;
  await expect(fetch(url)).rejects.toThrow();
  expect(readdirSync(project).sort()).toEqual(before);
});

test("a CommonJS project of TypeScript has the types, too, where it may not require an ES module", () => {
  put(
    "types.cts",
    `
    import { type App, startRolemint } from "@rolemint/jest";
    export async function check(): Promise<readonly object[]> {
      const app: App = await (await startRolemint()).instance();
      return app.trace();
    }`,
  );
  const options = ["--noEmit", "--strict", "--target", "es2022", "--module", "node16", "--types", "", "types.cts"];
  expect(node(join(ROOT, "node_modules/typescript/bin/tsc"), ...options)).toEqual({ status: 0, output: "" });
}, 60_000);

test("a CommonJS project of TypeScript has the types of the kit for containers", () => {
  put(
    "containers.cts",
    `
    import { type AttachOptions, RolemintContainer, type StartedRolemintContainer } from "@rolemint/testcontainers";
    const to: AttachOptions = { role: "app", clock: "world" };
    export const check = async (): Promise<StartedRolemintContainer> => new RolemintContainer().withRole("app").start();
    // @ts-expect-error: there is no such option
    export const wrong: AttachOptions = { ...to, clok: "world" };`,
  );
  const options = ["--noEmit", "--strict", "--skipLibCheck", "--target", "es2024", "--module", "node16", "--types", ""];
  expect(node(join(ROOT, "node_modules/typescript/bin/tsc"), ...options, "containers.cts")).toEqual({
    status: 0,
    output: "",
  });
}, 60_000);

/** What of Vitest's types ours hang on: until 4 its assertion has one type parameter, from 5 on two. */
test.each([
  ["4", "T = any", "expect<T>(actual: T): Assertion<T>"],
  ["5", "R extends void | Promise<void> = void, T = unknown", "expect<T>(actual: T): Assertion<void, T>"],
])(
  "the matchers have types in Vitest %s",
  (version, parameters, expectation) => {
    const vitest = join(project, "node_modules/vitest");
    mkdirSync(vitest, { recursive: true });
    writeFileSync(
      join(vitest, "package.json"),
      JSON.stringify({ name: "vitest", type: "module", types: "./index.d.ts" }),
    );
    writeFileSync(
      join(vitest, "index.d.ts"),
      `declare global { namespace Chai { interface Assertion { not: Assertion } } }
      type Members<A> = { [K in keyof A]: A[K] extends Chai.Assertion ? Members<Chai.Assertion> : A[K] };
      export interface Assertion<${parameters}> extends Members<Chai.Assertion> {}
      export declare function ${expectation};`,
    );
    put(
      "vitest.mts",
      `
      import { expect } from "vitest";
      import { startRolemint } from "@rolemint/jest";
      import "@rolemint/jest/vitest";
      const app = await (await startRolemint()).instance();
      await expect(app).not.toHaveRefreshed({ within: "5m" });
      // @ts-expect-error: there is no such matcher
      await expect(app).toHaveRefreshd({ within: "5m" });`,
    );
    const options = ["--noEmit", "--strict", "--skipLibCheck", "false", "--target", "es2022", "--module", "nodenext"];
    const args = [join(ROOT, "node_modules/typescript/bin/tsc"), ...options, "--types", "", "vitest.mts"];
    expect([version, node(...args)]).toEqual([version, { status: 0, output: "" }]);
  },
  60_000,
);

test("the types are whole: tsc takes them in an empty project, libraries checked too", () => {
  put(
    "types.mts",
    `
    import { type App, assertRefreshed, startRolemint } from "@rolemint/jest";
    await using lab = await startRolemint({ roles: { app: {} }, rotation: "fast" });
    const app: App = await lab.instance({ role: "app" });
    await assertRefreshed(app, { within: "5m" });
    // @ts-expect-error: there is no such role option
    await lab.instance({ roll: "app" });
    const region: string = app.env["AWS_REGION"]!;
    export { region };`,
  );
  const options = [
    "--noEmit",
    "--strict",
    "--skipLibCheck",
    "false",
    "--target",
    "es2022",
    "--module",
    "nodenext",
    "--types",
    "",
  ];
  expect(node(join(ROOT, "node_modules/typescript/bin/tsc"), ...options, "types.mts")).toEqual({
    status: 0,
    output: "",
  });
}, 60_000);
