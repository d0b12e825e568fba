// Events: what one says of a request.
import { expect, test } from "@jest/globals";
import type { EventRecord } from "@rolemint/authority";
import { hostEntropy } from "@rolemint/host";
import { metadataEvent } from "./events.ts";
import type { MetadataRequest } from "./request.ts";
import { respond } from "./respond.ts";
import { SAMPLE_NOW, SAMPLE_VIEW, SAMPLE_VIEWS } from "./sample-view.fixture.ts";

const DOCUMENT = "/latest/meta-data/iam/security-credentials/s3access";

function eventOf(method: string, target: string, rawHeaders: readonly string[], view = SAMPLE_VIEW): EventRecord {
  const request: MetadataRequest = { method, target, rawHeaders, httpVersion: "1.1" };
  return metadataEvent(request, view, respond(request, view, SAMPLE_NOW, hostEntropy), SAMPLE_NOW);
}

test("an event says who asked for what, with which version, and whose keys were given", () => {
  const { optional } = SAMPLE_VIEWS;
  expect(eventOf("GET", DOCUMENT, ["User-Agent", "Botocore/1.43"], optional)).toEqual({
    Time: SAMPLE_NOW,
    Kind: "metadata",
    Instance: SAMPLE_VIEW.InstanceId,
    Path: DOCUMENT,
    Action: "v1",
    Status: 200,
    Generation: 3,
    AccessKeyId: "ASIAIOSFODNN1EXAMPLE",
    UserAgent: "Botocore/1.43",
  });
});

test.each([
  ["v2", 200, "PUT", "/latest/api/token", ["X-aws-ec2-metadata-token-ttl-seconds", "60"]],
  ["v2", 401, "GET", DOCUMENT, ["X-aws-ec2-metadata-token", "INVALID"]],
  ["v1", 401, "GET", DOCUMENT, []],
])("%s, %d: no keys are named where none were given", (version, status, method, target, headers) => {
  const event = eventOf(method, target, headers);
  expect([event.Action, event.Status]).toEqual([version, status]);
  expect([event.Generation, event.AccessKeyId]).toEqual([undefined, undefined]);
});
