import { expect, test } from "@jest/globals";
import { sha256Hex } from "./payload.ts";
import { type QueryCall, signedQuery } from "./query-call.ts";
import { check, SECRET } from "./verify.fixture.ts";

const SIGNER = { accessKeyId: "AKIAIOSFODNN7EXAMPLE", secretAccessKey: SECRET, region: "eu-central-1" };
const TIME_MS = Date.UTC(2026, 10, 23, 5, 30);

test.each<[QueryCall, string]>([
  [
    { service: "iam", action: "GetRole", parameters: { RoleName: "a+b c", PathPrefix: undefined } },
    "Action=GetRole&Version=2010-05-08&RoleName=a%2Bb+c",
  ],
  [{ service: "ec2", action: "DescribeInstances" }, "Action=DescribeInstances&Version=2016-11-15"],
])("%j", (call, expected) => {
  const { headers, body } = signedQuery(call, "http://127.0.0.1:4566", SIGNER, TIME_MS);
  expect(body).toBe(expected);
  expect(headers).toMatchObject({ Host: "127.0.0.1:4566", "x-amz-date": "20261123T053000Z" });
  expect(headers["authorization"]).toContain(`/20261123/eu-central-1/${call.service}/aws4_request`);
  const received = { method: "POST", target: "/", rawHeaders: Object.entries(headers).flat() };
  expect(check(received, { flavour: "other", bodyHash: sha256Hex(body) }).ok).toBe(true);
  expect(check(received, { flavour: "other", bodyHash: sha256Hex(`${body}&x=y`) }).ok).toBe(false);
});
