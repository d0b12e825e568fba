// The table of operations against the listed needs of every operation, and what fits no row.
import { readFileSync } from "node:fs";
import { expect, test } from "@jest/globals";
import type { Need, When } from "./operation.ts";
import { operations, route } from "./operations.ts";

interface Listed {
  readonly action: string;
  readonly on: string;
  readonly when?: string;
}
const vectors = JSON.parse(readFileSync(`${import.meta.dirname}/../../../test/vectors/s3-operations.json`, "utf8")) as {
  readonly operations: Record<string, { readonly method: string; readonly authorize: readonly Listed[] }>;
};

const WHEN: Record<When, string> = {
  version: "query.versionId",
  "no version": "!query.versionId",
  "source version": "copy source with ?versionId=",
  "no source version": "copy source without ?versionId=",
  acl: "header x-amz-acl",
  tagging: "header x-amz-tagging",
  retention: "header x-amz-object-lock-mode",
  "legal hold": "header x-amz-object-lock-legal-hold",
  bypass: "header x-amz-bypass-governance-retention",
  "object lock": "header x-amz-bucket-object-lock-enabled",
  ownership: "header x-amz-object-ownership",
  "if match": "header if-match",
  etag: "header if-match other than *",
};
const ON: Record<Need["on"], RegExp> = {
  service: /^\*$/,
  bucket: /^bucket$/,
  object: /^object$/,
  source: /^source_object$/,
  "each key": /^each key/,
  "named in the body": /in the body$/,
  elsewhere: /^(?:key|function)$/,
};

test("the table has every operation of the vectors and no other", () => {
  expect(Object.keys(operations).sort()).toEqual(Object.keys(vectors.operations).sort());
});

test.each(Object.entries(operations))("%s asks for what the vectors say", (name, row) => {
  const { method, authorize } = vectors.operations[name]!;
  expect(row.method).toBe(method);
  // Tags in the body of CreateBucket are refused before anything is decided.
  const listed = authorize.filter(({ action }) => action !== "s3:TagResource");
  const needs: readonly Need[] = row.needs;
  expect(needs.map(({ action }) => action)).toEqual(listed.map(({ action }) => action));
  for (const [index, { on, when }] of needs.entries()) {
    expect(listed[index]!.on).toMatch(ON[on]);
    if (on !== "each key") expect(listed[index]!.when?.slice(0, 30)).toBe(when && listed[index]!.when!.slice(0, 30));
    if (when) expect(listed[index]!.when!.startsWith(WHEN[when])).toBe(true);
  }
});

const none = new Map<string, string>();
const on = (level: "service" | "bucket" | "object") => ({ level, bucket: "bucket", key: "key" });

test.each([
  ["PUT", "object", { acl: "", tagging: "" }],
  ["GET", "bucket", { policy: "", location: "" }],
  ["GET", "object", { uploadId: "u", acl: "" }],
] as const)("two sub-resources are no operation: %s %s %j", (method, level, query) => {
  const asked = () => route(method, "/bucket/key", on(level), new Map(Object.entries(query)), none);
  expect(asked).toThrow(expect.objectContaining({ code: "InvalidRequest", status: 400 }));
});

test.each([
  ["POST", "service"],
  ["PUT", "service"],
  ["POST", "object"],
  ["PATCH", "object"],
  ["TRACE", "bucket"],
  ["get", "object"],
] as const)("%s on the %s is no operation", (method, level) => {
  const asked = () => route(method, "/", on(level), none, none);
  const fields = { Method: method, ResourceType: level.toUpperCase() };
  expect(asked).toThrow(expect.objectContaining({ code: "MethodNotAllowed", status: 405, fields }));
});

test.each([
  ["POST", "bucket", "PostObject"],
  ["OPTIONS", "bucket", "CORSPreflight"],
  ["OPTIONS", "object", "CORSPreflight"],
] as const)("%s on the %s is %s", (method, level, name) => {
  expect(route(method, "/bucket", on(level), none, none).name).toBe(name);
});
