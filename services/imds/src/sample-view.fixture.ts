// One instance as tests and the bench show it: the documented sample values, with fixed times and a fixed token key.
import type { InstanceView } from "@rolemint/authority";

export const SAMPLE_NOW = Date.UTC(2026, 10, 23, 5, 20, 2);

const ISSUED = Date.UTC(2026, 10, 23, 5, 0, 0);

/** A session token as long as real ones are. */
const SESSION_TOKEN = `IQoJb3JpZ2luX2Vj${"EXAMPLE+token/".repeat(72)}==`;

const keys = (Delivery: "1.0" | "2.0", AccessKeyId: string) => ({
  Delivery,
  Generation: 3,
  Code: "Success",
  LastUpdated: ISSUED,
  AccessKeyId,
  SecretAccessKey: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
  Token: SESSION_TOKEN,
  Expiration: ISSUED + (6 * 60 + 22) * 60_000 + 36_000,
});

export const SAMPLE_VIEW: InstanceView = {
  Name: "web",
  InstanceId: "i-0abcdef1234567890",
  AccountId: "123456789012",
  Region: "us-east-2",
  Endpoint: "enabled",
  Tokens: "required",
  HopLimit: 1,
  Ipv6: "disabled",
  TagsInMetadata: "disabled",
  TokenKey: Buffer.from("the sample instance's token key.").toString("base64"),
  ImageId: "ami-0abcdef1234567890",
  InstanceType: "t3.micro",
  Architecture: "x86_64",
  ReservationId: "r-0efghijk987654321",
  LaunchIndex: 0,
  LaunchTime: Date.UTC(2026, 10, 22, 5, 30, 0),
  AvailabilityZone: "us-east-2a",
  AvailabilityZoneId: "use2-az1",
  PrivateIp: "172.31.31.158",
  PublicIp: "203.0.113.25",
  Mac: "02:29:96:8f:6a:2d",
  InterfaceId: "eni-0123456789abcdef0",
  SubnetId: "subnet-0be9b61d7a4b8c2f1",
  SubnetCidr: "172.31.16.0/20",
  VpcId: "vpc-0f3a2c1d4e5b69788",
  VpcCidr: "172.31.0.0/16",
  SecurityGroupIds: ["sg-0a1b2c3d4e5f60718"],
  SecurityGroups: ["default"],
  Tags: [{ Key: "Name", Value: "web" }],
  UserData: undefined,
  Profile: {
    Arn: "arn:aws:iam::123456789012:instance-profile/S3AdminAccess",
    Id: "AIPAVMQT32F2Q4EXAMPLE",
    RoleName: "s3access",
    Code: "Success",
    LastUpdated: ISSUED,
  },
  Credentials: [keys("1.0", "ASIAIOSFODNN1EXAMPLE"), keys("2.0", "ASIAIOSFODNN2EXAMPLE")],
  Changed: ISSUED + 2000,
};

const TROUBLESHOOTING =
  "https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_iam-ec2.html#troubleshoot_iam-ec2_errors-info-doc";

const PROFILE = SAMPLE_VIEW.Profile!;

const refused = (Delivery: "1.0" | "2.0") => ({
  Delivery,
  Generation: 3,
  Code: "AssumeRoleUnauthorizedAccess",
  Message: `EC2 cannot assume the role s3access.  Please see documentation at ${TROUBLESHOOTING}.`,
  LastUpdated: ISSUED,
});

/** The sample in the states that metadata tells apart. */
export const SAMPLE_VIEWS = {
  sample: SAMPLE_VIEW,
  optional: { ...SAMPLE_VIEW, Tokens: "optional" },
  disabled: { ...SAMPLE_VIEW, Endpoint: "disabled" },
  "another instance": {
    ...SAMPLE_VIEW,
    InstanceId: "i-0fedcba9876543210",
    TokenKey: Buffer.from("another instance has another key").toString("base64"),
  },
  "without profile": { ...SAMPLE_VIEW, Profile: undefined, Credentials: [] },
  "role not trusting ec2": { ...SAMPLE_VIEW, Credentials: [refused("1.0"), refused("2.0")] },
  "profile deleted": {
    ...SAMPLE_VIEW,
    Profile: {
      ...PROFILE,
      RoleName: undefined,
      Code: "InstanceProfileNotFound",
      Message: `Instance Profile with Id ${PROFILE.Id} cannot be found.  Please see documentation at ${TROUBLESHOOTING}.`,
    },
    Credentials: [],
  },
  "role removed": {
    ...SAMPLE_VIEW,
    Profile: {
      ...PROFILE,
      Message: `Instance Profile does not contain a role.  Please see documentation at ${TROUBLESHOOTING}.`,
    },
  },
  "with tags and user data": {
    ...SAMPLE_VIEW,
    TagsInMetadata: "enabled",
    Tags: [
      { Key: "Name", Value: "web" },
      { Key: "owner", Value: "Zoë" },
      { Key: "empty", Value: "" },
      { Key: "not a path", Value: "left out" },
      { Key: "_index", Value: "left out" },
    ],
    UserData: Buffer.from("#!/bin/sh\necho \u00e9\n").toString("base64"),
  },
} satisfies Record<string, InstanceView>;
