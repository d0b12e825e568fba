// Which bucket policies S3 calls public: the sentences of its guide, and the examples there.
import { expect, test } from "@jest/globals";
import { isPublicPolicy } from "./public-policy.ts";

const statement = { Effect: "Allow", Principal: "*", Action: "s3:GetObject", Resource: "arn:aws:s3:::b/*" };
const text = (...changes: object[]) =>
  JSON.stringify({ Version: "2012-10-17", Statement: changes.map((change) => ({ ...statement, ...change })) });

test.each<[Principal: unknown, isPublic: boolean]>([
  ["*", true],
  [{ AWS: "*" }, true],
  [{ AWS: ["arn:aws:iam::111122223333:root", "*"] }, true],
  [{ AWS: "111122223333" }, false],
  [{ AWS: "arn:aws:iam::111122223333:role/app" }, false],
  [{ AWS: "AROAEXAMPLEEXAMPLE123" }, false],
  [{ Service: "logging.s3.amazonaws.com" }, false],
])("principal %j: %s", (Principal, isPublic) => {
  expect(isPublicPolicy(text({ Principal }))).toBe(isPublic);
});

test.each<[Condition: object, isPublic: boolean]>([
  [{ StringEquals: { "aws:SourceVpc": "vpc-91237329" } }, false],
  [{ StringLike: { "aws:SourceVpc": "vpc-*" } }, true],
  [{ StringLike: { "aws:SourceVpc": "vpc-91237329" } }, false],
  [{ StringEquals: { "aws:SourceVpce": ["vpce-1", "vpce-*"] } }, true],
  [{ StringEquals: { "aws:SourceAccount": "111122223333" } }, false],
  [{ StringEquals: { "AWS:SourceOwner": "111122223333" } }, false],
  [{ StringEquals: { "aws:PrincipalOrgID": "o-exampleorgid" } }, false],
  [{ StringEquals: { "aws:PrincipalOrgID": `${"$"}{aws:ResourceOrgID}` } }, true],
  [{ StringEqualsIfExists: { "aws:PrincipalOrgID": "o-exampleorgid" } }, true],
  [{ StringNotEquals: { "aws:SourceVpc": "vpc-91237329" } }, true],
  [{ "ForAllValues:StringEquals": { "aws:PrincipalOrgID": "o-exampleorgid" } }, true],
  [{ "ForAnyValue:StringEquals": { "aws:PrincipalOrgID": "o-exampleorgid" } }, false],
  [{ ArnLike: { "aws:SourceArn": "arn:aws:sns:us-east-1:111122223333:t" } }, false],
  [{ ArnLike: { "aws:SourceArn": "arn:aws:sns:us-east-1:111122223333:*" } }, true],
  [{ StringLike: { "aws:userid": "AROAEXAMPLEEXAMPLE123:*" } }, true],
  [{ StringEquals: { "aws:userid": "AIDAEXAMPLEEXAMPLE123" } }, false],
  [{ ArnLike: { "s3:DataAccessPointArn": "arn:aws:s3:us-east-1:111122223333:accesspoint/*" } }, false],
  [{ ArnLike: { "s3:DataAccessPointArn": "arn:aws:s3:us-east-1:*:accesspoint/point" } }, true],
  [{ IpAddress: { "aws:SourceIp": "203.0.113.0/24" } }, false],
  [{ IpAddress: { "aws:SourceIp": "203.0.113.7" } }, false],
  [{ IpAddress: { "aws:SourceIp": "0.0.0.0/1" } }, true],
  [{ IpAddress: { "aws:SourceIp": ["203.0.113.0/24", "0.0.0.0/0"] } }, true],
  [{ IpAddress: { "aws:SourceIp": "2001:db8::/32" } }, false],
  [{ IpAddress: { "aws:SourceIp": "2001::/16" } }, true],
  [{ NotIpAddress: { "aws:SourceIp": "203.0.113.0/24" } }, true],
  [{ Bool: { "aws:SecureTransport": "true" } }, true],
  [{ StringLike: { "aws:Referer": "https://www.example.com/*" } }, true],
  [{ Bool: { "aws:SecureTransport": "true" }, StringEquals: { "aws:SourceVpc": "vpc-1" } }, false],
])("for everyone under %j: %s", (Condition, isPublic) => {
  expect(isPublicPolicy(text({ Condition }))).toBe(isPublic);
});

test("one public statement makes the policy public, a deny never does", () => {
  const own = { Principal: { AWS: "111122223333" } };
  expect(isPublicPolicy(text(own, {}))).toBe(true);
  expect(isPublicPolicy(text(own, { Effect: "Deny" }))).toBe(false);
  expect(isPublicPolicy("{")).toBe(false);
});
