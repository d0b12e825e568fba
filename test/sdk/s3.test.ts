// A whole S3 program, unmodified, on a simulated instance: streams, multipart, copies, presigned URLs, waiters.
import { resolve } from "node:path";
import { expect, test } from "@jest/globals";
import { directory, rolemint, start, trouble } from "../support/rolemint.ts";

test("an S3 program runs as it would on EC2", async () => {
  const running = await start({
    config: `version: 1
roles: { app: { managedPolicies: [arn:aws:iam::aws:policy/AmazonS3FullAccess] } }
instances: { web: { role: app } }
buckets: { work: {} }
`,
  });
  const program = resolve("test/sdk/s3-program.mjs");
  const args = ["exec", "--ready", running.readyFile, "web", "--", process.execPath, program, "work", directory()];
  const { code, stdout } = await rolemint(args);
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toEqual({
    bucket: ["us-east-1", "404 NotFound"],
    text: [true, "string", "text/plain", { who: "me" }, 12, "hello wörld"],
    streams: [true, true, true, ""],
    checksums: ["sum", "sum", "sum"],
    ranges: ["234", "789", "416 InvalidRange"],
    conditions: ["412 PreconditionFailed", "304 Unknown", "412 PreconditionFailed", "1"],
    keys: true,
    pages: [10, 10, 3],
    copy: [true, "x/y", "404 NoSuchKey"],
    multipart: [
      [
        [1, 5_242_880],
        [2, 3_145_745],
      ],
      1,
      true,
      true,
      0,
    ],
    presigned: [true, 200, "by url", [403, true], 403, 403],
    deletes: [4, 0, "404 NoSuchKey", "409 BucketNotEmpty"],
  });
  // Every call was the instance's own.
  const { Events } = await running.control("ListEvents", { Instance: "web", Limit: 10_000 });
  const calls = Events.filter(({ Kind, Service }: any) => Kind === "call" && Service === "s3");
  expect(calls.length).toBeGreaterThan(80);
  expect(trouble(running)).toBe("");
}, 60_000);
