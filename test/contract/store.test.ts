// `rolemint up` before an S3 server that the config names: objects are there and not in the state, the key may come by
// the environment and is kept nowhere, and a server that is away ends the start with its name.
import { join } from "node:path";
import { GetObjectCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { clients } from "../support/aws-clients.ts";
import { backendOn } from "../support/backends.ts";
import { ANY_PORTS, contentOf, directory, rolemint, start } from "../support/rolemint.ts";
import { hasS3Server, KEY, type S3Server, startS3Server } from "../support/s3-servers.ts";

const ENVIRONMENT = {
  ROLEMINT_S3_ACCESS_KEY_ID: KEY.accessKeyId,
  ROLEMINT_S3_SECRET_ACCESS_KEY: KEY.secretAccessKey,
};

// Built with Go, where there is one: else skipped by name, and failed under REQUIRE_DOCKER=1.
(hasS3Server("versitygw") ? describe : describe.skip)("a store on an S3 server", () => {
  let server: S3Server;
  beforeAll(async () => {
    server = await startS3Server("versitygw");
  });
  afterAll(() => server.close());

  test("holds the objects, by a key that is kept nowhere", async () => {
    const state = join(directory(), "state");
    const config = `version: 1\nbuckets: { demo: {} }\ns3: { endpoint: "${server.endpoint}" }\n`;
    const running = await start({ config, state, env: ENVIRONMENT });
    const { s3 } = clients(running.ready());
    await s3.send(new PutObjectCommand({ Bucket: "demo", Key: "k", Body: "hello" }));
    const got = await s3.send(new GetObjectCommand({ Bucket: "demo", Key: "k" }));
    expect(await got.Body!.transformToString()).toBe("hello");
    const backend = backendOn(server);
    expect((await backend.head({ bucket: "demo", key: "k" })).facts.size).toBe(5);
    await backend.close();
    const applied = await rolemint(["apply", "--state", state], running);
    expect([applied.code, applied.stderr]).toEqual([0, ""]);
    const { code } = await running.stop();
    expect(code).toBe(0);
    const kept = Object.values(contentOf(state)).map((base64) => Buffer.from(base64, "base64").toString("latin1"));
    expect(kept.length).toBeGreaterThan(0);
    expect(kept.filter((text) => text.includes(KEY.secretAccessKey))).toEqual([]);
  });

  test("that does not answer is named", async () => {
    await server.stop();
    const text = `version: 1\nbuckets: { demo: {} }\ns3: { endpoint: "${server.endpoint}" }\n`;
    const cwd = directory({ "rolemint.yaml": text });
    const ended = await rolemint(["up", "--ephemeral", "--ready", join(cwd, "ready.json"), ...ANY_PORTS], {
      cwd,
      env: ENVIRONMENT,
    });
    expect([ended.code, ended.stdout]).toEqual([3, ""]);
    expect(ended.stderr).toContain(`the S3 server at ${server.endpoint} does not answer`);
    expect(ended.stderr).not.toContain(KEY.secretAccessKey);
    await server.start();
  });
});
