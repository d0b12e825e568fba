// The condition keys of a principal and of a call, as policies see them.
import { expect, test } from "@jest/globals";
import type { Principal } from "./authority.ts";
import { type CallFacts, callContext, principalContext } from "./context.ts";

const user: Principal = {
  Type: "User",
  AccountId: "111122223333",
  Arn: "arn:aws:iam::111122223333:user/ci",
  PrincipalArn: "arn:aws:iam::111122223333:user/ci",
  UserId: "AIDAEXAMPLE",
  AccessKeyId: "AKIAEXAMPLE",
  UserName: "ci",
  Tags: [{ Key: "Team", Value: "a" }],
  TransitiveTagKeys: [],
};

const instance: Principal = {
  ...user,
  Type: "AssumedRole",
  Arn: "arn:aws:sts::111122223333:assumed-role/app/i-0a",
  PrincipalArn: "arn:aws:iam::111122223333:role/app",
  UserId: "AROAEXAMPLE:i-0a",
  UserName: undefined,
  SourceIdentity: "ann",
  IssuedAt: Date.parse("2026-11-23T05:30:00.750Z"),
  InstanceId: "i-0a",
  Delivery: "2.0",
  InstanceVpc: "vpc-0a",
  InstanceIp: "172.31.0.4",
};

const call: CallFacts = {
  now: Date.parse("2026-11-23T06:00:00.999Z"),
  sourceIp: "192.0.2.1",
  region: "us-east-1",
  isSecure: false,
};

test("a user has a name and no token", () => {
  expect(principalContext(user)).toEqual({
    "aws:principalarn": user.PrincipalArn,
    "aws:principalaccount": "111122223333",
    "aws:principaltype": "User",
    "aws:userid": "AIDAEXAMPLE",
    "aws:username": "ci",
    "aws:viaawsservice": "false",
    "aws:principalisawsservice": "false",
    "aws:principaltag/team": "a",
  });
});

test("an instance's session has a token's time, how it was delivered, and where it belongs", () => {
  const context = principalContext(instance);
  expect(context).toMatchObject({
    "aws:principalarn": "arn:aws:iam::111122223333:role/app",
    "aws:principaltype": "AssumedRole",
    "aws:userid": "AROAEXAMPLE:i-0a",
    "aws:sourceidentity": "ann",
    "aws:tokenissuetime": "2026-11-23T05:30:00Z",
    "aws:multifactorauthpresent": "false",
    "ec2:roledelivery": "2.0",
    "aws:ec2instancesourcevpc": "vpc-0a",
    "aws:ec2instancesourceprivateipv4": "172.31.0.4",
  });
  expect(context).not.toHaveProperty(["aws:username"]);
});

test("a call adds its own keys, and leaves the principal's as they were", () => {
  const known = principalContext(instance);
  const before = { ...known };
  const context = callContext(known, instance, { ...call, userAgent: "test", referer: "http://example.com" });
  expect(context).toEqual({
    ...before,
    "aws:currenttime": "2026-11-23T06:00:00Z",
    "aws:epochtime": "1795413600",
    "aws:sourceip": "192.0.2.1",
    "aws:securetransport": "false",
    "aws:requestedregion": "us-east-1",
    "aws:useragent": "test",
    "aws:referer": "http://example.com",
    "ec2:sourceinstancearn": "arn:aws:ec2:us-east-1:111122223333:instance/i-0a",
  });
  expect(known).toEqual(before);
});

test("a call to another region is made from an instance of this one", () => {
  expect(callContext({}, instance, { ...call, region: "eu-central-1", requestedRegion: "us-east-1" })).toMatchObject({
    "aws:requestedregion": "us-east-1",
    "ec2:sourceinstancearn": "arn:aws:ec2:eu-central-1:111122223333:instance/i-0a",
  });
});

test("a call without agent or referer, by no instance, has no such keys", () => {
  const context = callContext(principalContext(user), user, { ...call, isSecure: true });
  expect(context["aws:securetransport"]).toBe("true");
  for (const key of ["aws:useragent", "aws:referer", "ec2:sourceinstancearn"])
    expect(context).not.toHaveProperty([key]);
});
