// Names of resources, made and taken apart.
import { expect, test } from "@jest/globals";
import { ec2Arn, iamArn, parseArn, rootArn, sessionArn } from "./arn.ts";

test.each([
  [iamArn("111122223333", "role", "/", "app"), "arn:aws:iam::111122223333:role/app"],
  [iamArn("111122223333", "user", "/team/a/", "ci"), "arn:aws:iam::111122223333:user/team/a/ci"],
  [iamArn("111122223333", "instance-profile", "/", "app"), "arn:aws:iam::111122223333:instance-profile/app"],
  [rootArn("111122223333"), "arn:aws:iam::111122223333:root"],
  [sessionArn("111122223333", "app", "i-0a"), "arn:aws:sts::111122223333:assumed-role/app/i-0a"],
  [ec2Arn("eu-west-1", "111122223333", "instance", "i-0a"), "arn:aws:ec2:eu-west-1:111122223333:instance/i-0a"],
])("%s", (made, expected) => {
  expect(made).toBe(expected);
});

test.each([
  ["arn:aws:iam::111122223333:role/team/app", "aws", "iam", "", "111122223333", "role/team/app"],
  ["arn:aws:s3:::demo/a:b:c", "aws", "s3", "", "", "demo/a:b:c"],
  [
    "arn:aws-cn:ec2:cn-north-1:111122223333:instance/i-0a",
    "aws-cn",
    "ec2",
    "cn-north-1",
    "111122223333",
    "instance/i-0a",
  ],
])("%s is taken apart", (text, partition, service, region, account, resource) => {
  expect(parseArn(text)).toEqual({ partition, service, region, account, resource });
});

test.each(["", "arn", "arn:aws:iam::1", "arn:aws:iam::1:", "arn::iam::1:role/a", "urn:aws:iam::1:role/a", "role/app"])(
  "%p is no ARN",
  (text) => {
    expect(parseArn(text)).toBeUndefined();
  },
);
