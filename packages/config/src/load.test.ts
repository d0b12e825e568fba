import { execFileSync } from "node:child_process";
import { describe, expect, test } from "@jest/globals";
import { BAD_CONFIGS, type BadConfig } from "./bad-configs.fixture.ts";
import { AWS_MANAGED_POLICIES, loadFrom } from "./load-from.fixture.ts";
import { formatProblems } from "./problem.ts";
import { configOf } from "./read.ts";

describe("a bad config is refused with everything that is wrong with it", () => {
  test.each<BadConfig>(BAD_CONFIGS)("$name", async ({ text, files, says }) => {
    const { loaded, lines } = await loadFrom({ ...files, "rolemint.yaml": text });
    expect(lines).toEqual(says.map((line) => (/^\d/.test(line) ? `rolemint.yaml:${line}` : line)));
    expect(loaded.config).toBeUndefined();
  });
});

describe("a config that cannot be read", () => {
  test.each([
    ["nope.yaml", {}, "nope.yaml: the file does not exist"],
    ["dir", { "dir/": "" }, "dir: the file is a directory"],
    ["big.yaml", { "big.yaml": " ".repeat(1024 * 1024 + 1) }, "big.yaml: the file is larger than 1 MiB"],
    ["latin.yaml", { "latin.yaml": Uint8Array.of(0x61, 0xe9) }, "latin.yaml: the file is not UTF-8 text"],
    ["a\0b", {}, "a\0b: the file cannot be read (ERR_INVALID_ARG_VALUE)"],
  ])("%j", async (file, files, line) => {
    expect((await loadFrom(files, { file })).lines).toEqual([line]);
  });
});

describe("what comes with the containers", () => {
  const OPTIONS = { awsManagedPolicies: AWS_MANAGED_POLICIES };
  const says = (text: string) => formatProblems(configOf(`version: 1\n${text}\n`, "c", OPTIONS).problems ?? []);

  test("is taken over", () => {
    const text =
      "instances: { web: { address: 169.254.10.2, metadata: { ipv6: enabled } } }\ns3: { endpoint: http://minio:9000 }";
    const { config } = configOf(`version: 1\n${text}\n`, "c", OPTIONS);
    expect(config?.instances[0]).toMatchObject({ address: "169.254.10.2", metadata: { ipv6: "enabled" } });
    expect(config?.s3).toEqual({ backend: "endpoint", endpoint: "http://minio:9000" });
  });

  test.each([
    [
      "instances: { a: { address: 169.254.10.2 }, b: { address: 169.254.10.2 } }",
      "c:2:58: instances.b.address is the address of instances.a already",
    ],
    [
      "instances: { a: { address: 169.254.169.254 } }",
      "c:2:28: instances.a.address is the address of the metadata service itself",
    ],
    [
      "instances: { a: { address: 169.254.171.1 } }",
      "c:2:28: instances.a.address is the address of the gate in containers",
    ],
    [
      "instances: { a: { address: 10.0.0.1 } }",
      'c:2:28: instances.a.address must be a link-local address such as 169.254.10.2, found the text "10.0.0.1"',
    ],
    ["s3: { endpoint: http://m, backend: builtin }", "c:2:7: s3.endpoint and backend exclude each other"],
    [
      "s3: { endpoint: minio:9000 }",
      'c:2:17: s3.endpoint must be the URL of an S3 service such as http://minio:9000, found the text "minio:9000"',
    ],
  ])("%s", (text, line) => {
    expect(says(text)).toBe(line);
  });
});

test("the built-in world loads neither parser", () => {
  const program = `
    import { registerHooks } from "node:module";
    const loaded = [];
    registerHooks({ resolve: (name, context, next) => (loaded.push(name), next(name, context)) });
    const { builtinConfig, initialConfigText, loadConfig } = await import("./index.ts");
    builtinConfig(), initialConfigText();
    const before = loaded.filter((name) => /^(yaml|zod)$/.test(name)).length;
    await loadConfig("nope.yaml", { awsManagedPolicies: new Set() });
    console.log(before, loaded.includes("yaml"), loaded.includes("zod"));`;
  const options = { cwd: import.meta.dirname, encoding: "utf8" } as const;
  expect(execFileSync(process.execPath, ["--input-type=module", "--eval", program], options).trim()).toBe(
    "0 true true",
  );
});
