// An application in a container, whose metadata service is away while hours go by: node --test outage.ts
import assert from "node:assert/strict";
import { test } from "node:test";
import { RolemintContainer } from "@rolemint/testcontainers";
import { GenericContainer } from "testcontainers";

// Any image of yours. This one has the AWS CLI, and does nothing by itself.
const IMAGE = process.env["APP_IMAGE"] ?? "rolemint-sample-app:latest";
const READ_ONLY = "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess";

test("the application goes on after an outage of its metadata service", async () => {
  await using rolemint = await new RolemintContainer()
    .withRole("app", READ_ONLY)
    .withBucket("demo", { objects: { "hello.txt": "Hello from a bucket" } })
    .start();
  await using app = await rolemint.attach(new GenericContainer(IMAGE), { role: "app", clock: "world" });
  const read = () => app.exec(["aws", "s3", "cp", "s3://demo/hello.txt", "-"]);

  // It is the role, and nothing else: no key was given to it.
  assert.match((await read()).output, /Hello from a bucket/);
  const refused = await app.exec(["aws", "s3", "rm", "s3://demo/hello.txt"]);
  assert.match(refused.output, /is not authorized to perform: s3:DeleteObject/);

  {
    // Half an hour of the world, however long the test takes.
    await using _outage = await rolemint.fault("imds.unreachable", {
      target: "app",
      for: "30m",
      parameters: { Mode: "reset" },
    });
    assert.notEqual((await read()).exitCode, 0);
    await rolemint.clock("+31m");
  }
  assert.match((await read()).output, /Hello from a bucket/);

  // Six hours later the first keys are of no use; the application has new ones.
  const first = await rolemint.credentials("app");
  await rolemint.clock("+6h");
  assert.match((await read()).output, /Hello from a bucket/);
  const calls = await rolemint.trace({ instance: "app", kind: "call" });
  assert.ok(calls.at(-1)!.Generation! > first.generation, await rolemint.traceText({ instance: "app" }));
});
