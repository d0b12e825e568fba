import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "@jest/globals";
import { interpolated, readProject } from "./read.ts";

const directory = mkdtempSync(join(tmpdir(), "rolemint-compose-"));
afterAll(() => rmSync(directory, { recursive: true }));

function file(name: string, text: string): string {
  const path = join(directory, name);
  writeFileSync(path, text);
  return path;
}

test.each([
  [`$A-\${A}`, "1-1"],
  [`\${B:-two}`, "two"],
  [`\${EMPTY:-two}|\${EMPTY-two}`, "two|"],
  [`\${B:-\${A}}`, "1"],
  [`\${A:+yes}\${B:+no}`, "yes"],
  [`\${B}`, ""],
  [`$$A \${A?needed}`, "$A 1"],
])("%s with its variables is %s", (text, expected) => {
  expect(interpolated(text, { A: "1", EMPTY: "" })).toBe(expected);
});

test("variables come from the shell before .env, and files of a service's environment are read", () => {
  file(".env", "ADDRESS=169.254.1.1\nNAME=other\n");
  file("web.env", "# keys\nexport AWS_ACCESS_KEY_ID='AKIAIOSFODNN7EXAMPLE'\nREGION=a\n");
  const compose = file(
    "compose.yaml",
    `x-base: &base { environment: { REGION: b }, env_file: [{ path: web.env }, missing.env] }
services:
  web:
    <<: *base
    networks: { back: { link_local_ips: ["\${ADDRESS}"] } }
    labels: { rolemint.role: "\${NAME}" }
`,
  );
  const [web] = readProject([compose], { NAME: "mine" }).services;
  expect(web).toMatchObject({
    environment: { AWS_ACCESS_KEY_ID: "AKIAIOSFODNN7EXAMPLE", REGION: "b" },
    labels: { "rolemint.role": "mine" },
    networks: [{ network: "back", linkLocal: ["169.254.1.1"] }],
  });
});

test("what is not followed is told", () => {
  const compose = file("more.yaml", "include: [a.yaml]\nservices: { a: { extends: b, ports: !reset [] } }\n");
  expect(readProject([compose], {}).notFollowed).toEqual(["include", "extends", "!reset"]);
});

test.each([
  ["broken.yaml", "services: {\n", /broken\.yaml:\d+:\d+ is not YAML: /],
  ["empty.yaml", "", /empty\.yaml is not a compose file/],
  ["world.yaml", "version: 1\n", /world\.yaml is not a compose file/],
])("%s is refused", (name, text, says) => {
  expect(() => readProject([file(name, text)], {})).toThrow(says);
});

test("a file that is not there is refused", () => {
  expect(() => readProject([join(directory, "none.yaml")], {})).toThrow(/none\.yaml does not exist.*--compose/);
});
