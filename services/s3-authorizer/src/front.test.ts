// Whose a request is, by scope, Host and shape.
import { expect, test } from "@jest/globals";
import { isForS3 } from "./front.ts";

const header = (service: string) =>
  `AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20261123/us-east-1/${service}/aws4_request, SignedHeaders=host, Signature=0`;
const query = (service: string, slash = "%2F") =>
  `/bucket/key?X-Amz-Credential=${["AKIAIOSFODNN7EXAMPLE", "20261123", "us-east-1", service, "aws4_request"].join(slash)}&X-Amz-Date=x`;

test.each([
  ["GET", "/", { authorization: header("s3") }, true],
  ["POST", "/", { authorization: header("sts") }, false],
  ["GET", "/bucket", { authorization: header("iam") }, false],
  ["GET", "/", { authorization: header("s3express") }, true],
  ["GET", query("s3"), {}, true],
  ["GET", query("s3", "%2f"), {}, true],
  ["GET", query("s3", "/"), {}, true],
  ["GET", query("sts"), {}, false],
  ["POST", "/", { authorization: header("s3"), host: "sts.amazonaws.com" }, true],
  ["POST", "/", { authorization: "AWS4-HMAC-SHA256 Credential=broken" }, false],
  ["PUT", "/bucket/key", { authorization: "AWS4-HMAC-SHA256 Credential=broken" }, true],
  ["GET", "/x", { host: "iam.amazonaws.com" }, false],
  ["GET", "/x", { host: "ec2.us-east-1.amazonaws.com:4566" }, false],
  ["POST", "/", { host: "bucket.s3.amazonaws.com" }, true],
  ["POST", "/", { host: "s3-us-west-2.amazonaws.com" }, true],
  ["GET", "/x", { host: "my-s3.amazonaws.com" }, false],
  ["POST", "/", { host: "127.0.0.1" }, false],
  ["POST", "/?Action=GetCallerIdentity", {}, false],
  ["GET", "/?Version=2011-06-15&Action=GetCallerIdentity", {}, false],
  ["GET", "/?prefix=Action=", {}, true],
  ["POST", "/bucket?Action=x", {}, true],
  ["POST", "/bucket", { "x-amz-target": "CloudTrail_20131101.LookupEvents" }, false],
  ["GET", "/", {}, true],
  ["OPTIONS", "/bucket/key", {}, true],
] as const)("%s %s %j: %s", (method, target, headers, expected) => {
  expect(isForS3(method, target, new Map(Object.entries(headers)))).toBe(expected);
});
