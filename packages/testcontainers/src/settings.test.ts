import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "@jest/globals";
import { openSettings } from "./settings.ts";

const folder = mkdtempSync(join(tmpdir(), "rolemint-settings-"));
afterAll(() => rmSync(folder, { recursive: true }));
const DOCUMENT = { Version: "2012-10-17", Statement: [] };

function said(settings: ReturnType<typeof openSettings>) {
  const { contents, files, directories } = settings.files();
  const config = JSON.parse(String(contents.at(-1)!.content));
  return { config, contents: contents.slice(0, -1), files, directories };
}

test("fluent calls are one world", () => {
  const settings = openSettings();
  settings.role("app", ["arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess", DOCUMENT]);
  settings.role("bare");
  settings.rotation("tiny");
  settings.bucket("demo", { objects: { "a/b.txt": "text" }, policy: DOCUMENT });
  settings.bucket("empty");
  const { config, contents } = said(settings);
  expect(config).toEqual({
    version: 1,
    roles: {
      app: {
        trust: "ec2.amazonaws.com",
        managedPolicies: ["arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess"],
        inlinePolicies: { "policy-1": DOCUMENT },
      },
      bare: { trust: "ec2.amazonaws.com", managedPolicies: [], inlinePolicies: {} },
    },
    buckets: { demo: { objects: "/etc/rolemint/objects/demo", policy: DOCUMENT }, empty: {} },
    rotation: "tiny",
  });
  expect(contents).toEqual([{ content: "text", target: "/etc/rolemint/objects/demo/a/b.txt", mode: 0o644 }]);
});

test("a file brings what it names along, and other calls go over it", () => {
  mkdirSync(join(folder, "seed"));
  writeFileSync(join(folder, "p.json"), "{}");
  writeFileSync(
    join(folder, "rolemint.yaml"),
    "roles:\n  app: { inlinePolicies: { own: { file: ./p.json } } }\n  other: {}\nbuckets: { demo: { objects: seed } }\n",
  );
  const settings = openSettings();
  settings.config(join(folder, "rolemint.yaml"));
  settings.role("other", DOCUMENT);
  const { config, files, directories } = said(settings);
  expect(config.roles.app.inlinePolicies.own).toEqual({ file: files[0]!.target });
  expect(config.roles.other.inlinePolicies).toEqual({ "policy-1": DOCUMENT });
  expect(config.buckets.demo).toEqual({ objects: directories[0]!.target });
  expect([files[0]!.source, directories[0]!.source]).toEqual([join(folder, "p.json"), join(folder, "seed")]);
});

test.each<[string, (settings: ReturnType<typeof openSettings>) => void, RegExp]>([
  ["an object outside its bucket", (one) => one.bucket("demo", { objects: { "../a": "" } }), /\.\.\/a of demo/],
  ["no objects", (one) => one.bucket("demo", { objects: {} }), /leave objects out/],
  ["a text that is no mapping", (one) => one.config("- a\n"), /withConfig takes/],
  ["a file that is not there", (one) => one.config("nowhere.yaml"), /ENOENT/],
])("refused: %s", (_, call, says) => {
  expect(() => call(openSettings())).toThrow(says);
});
