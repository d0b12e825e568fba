// What the vectors do not have: bucket policies, and forms of the other two.
import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { checkBucketPolicy } from "./bucket-grammar.ts";
import { parseDocument } from "./document.ts";
import { checkIdentityPolicy } from "./identity-grammar.ts";
import { checkTrustPolicy, invalidPrincipal } from "./trust-grammar.ts";

const good = { Effect: "Allow", Principal: "*", Action: "s3:GetObject", Resource: "arn:aws:s3:::b/*" };
const bucketText = (changes: object) => JSON.stringify({ Version: "2012-10-17", Statement: [{ ...good, ...changes }] });

describe("bucket policies", () => {
  test.each<[message: string | undefined, text: string]>([
    [undefined, bucketText({})],
    [undefined, JSON.stringify({ Statement: good })],
    ["Policies must be valid JSON and the first byte must be '{'", ""],
    ["Policies must be valid JSON and the first byte must be '{'", ' {"Statement":[]}'],
    ["Policies must be valid JSON and the first byte must be '{'", "[]"],
    ["This policy contains invalid Json", "{true}"],
    ["This policy contains invalid Json", '{"Statement":[],"Statement":[]}'],
    ["Unknown field statement", '{"statement":[],"version":""}'],
    ["The policy must contain a valid version string", '{"Version":"2012-10-18","Statement":[]}'],
    ["Missing required field Statement", "{}"],
    ["Could not parse the policy: Statement is empty!", '{"Statement":[]}'],
    ["Invalid policy syntax.", '{"Statement":"x"}'],
    ["Unknown field condition", bucketText({ condition: {} })],
    ["Missing required field Effect", bucketText({ Effect: undefined })],
    ["Invalid effect: hello", bucketText({ Effect: "hello" })],
    ["Missing required field Principal", bucketText({ Principal: undefined })],
    ["Allow with NotPrincipal is not allowed.", bucketText({ Principal: undefined, NotPrincipal: "*" })],
    [undefined, bucketText({ Effect: "Deny", Principal: undefined, NotPrincipal: { AWS: "111122223333" } })],
    ["Invalid policy syntax.", bucketText({ Effect: "Deny", NotPrincipal: { AWS: "111122223333" } })],
    ["Missing required field Action", bucketText({ Action: undefined })],
    ["Missing required field Resource", bucketText({ Resource: undefined })],
    [
      "The Statement Ids in the policy are not unique",
      JSON.stringify({
        Statement: [
          { ...good, Sid: "a" },
          { ...good, Sid: "a" },
        ],
      }),
    ],
    ["Invalid Condition type : StringEqual", bucketText({ Condition: { StringEqual: { "s3:prefix": "x" } } })],
    ["Invalid Condition type : Nope", bucketText({ Condition: { Nope: {} } })],
    ["Invalid policy syntax.", bucketText({ Condition: { StringEquals: "x" } })],
  ])("%s: %s", (message, text) => {
    expect(checkBucketPolicy(text, "b")).toEqual(message && { code: "MalformedPolicy", message });
  });

  test.each<[Principal: unknown, isGood: boolean]>([
    ["*", true],
    [{ AWS: "*" }, true],
    [{ AWS: ["111122223333", "arn:aws:iam::111122223333:root"] }, true],
    [{ AWS: "arn:aws:iam::111122223333:role/path/app" }, true],
    [{ AWS: "arn:aws:sts::111122223333:assumed-role/app/i-1" }, true],
    [{ Service: "logging.s3.amazonaws.com" }, true],
    [{ AWS: [] }, false],
    [{}, false],
    ["", false],
    ["arn:aws:iam::111122223333:root", false],
    [["*"], false],
    [{ AWS: "arn:aws:iam::111122223333:user/*" }, false],
    [{ AWS: "arn:aws:iam::111122223333:group/g" }, false],
    [{ AWS: "arn:aws:iam::11112222333:root" }, false],
    [{ AWS: "alice" }, false],
    [{ Service: "ec2" }, false],
    [{ CanonicalUser: "79a59df900b949e55d96a1e698fbacedEXAMPLE" }, false],
  ])("principal %j", (Principal, isGood) => {
    expect(checkBucketPolicy(bucketText({ Principal }), "b")?.message).toBe(
      isGood ? undefined : "Invalid principal in policy",
    );
  });

  const action = "Policy has invalid action";
  const resource = "Policy has invalid resource";
  const mismatch = "Action does not apply to any resource(s) in statement";
  const ofBucket = "arn:aws:s3:::b";
  const ofObjects = "arn:aws:s3:::b/*";
  test.each<[actions: unknown, resources: unknown, message: string | undefined]>([
    ["s3:*", ofBucket, undefined],
    ["*", ofObjects, undefined],
    ["s3:getobject", ofObjects, undefined],
    ["s3:Get*", ofObjects, undefined],
    [["s3:GetObject", "s3:ListBucket"], [ofBucket, ofObjects], undefined],
    [["s3:GetObject", "s3:ListBucket"], "arn:aws:s3:::b*", undefined],
    ["s3:GetObject", ofBucket, mismatch],
    ["s3:Abort*", ofBucket, mismatch],
    ["s3:ListBucket", ofObjects, mismatch],
    [["s3:GetObject", "s3:ListBucket"], ofObjects, mismatch],
    ["s3:ListAllMyBuckets", ofBucket, mismatch],
    ["", ofObjects, action],
    [[], ofObjects, action],
    ["s3:Hello", ofObjects, action],
    ["s3:", ofObjects, action],
    ["s4:GetObject", ofObjects, action],
    ["*GetObject", ofObjects, action],
    ["s3:GetObject:", ofObjects, action],
    [{}, ofObjects, action],
    ["s3:GetObject", "", resource],
    ["s3:GetObject", [], resource],
    ["s3:GetObject", "*", resource],
    ["s3:GetObject", "b/*", resource],
    ["s3:GetObject", "arn:aws:s3:::/b/*", resource],
    ["s3:GetObject", "arn:aws:s3:::other/*", resource],
    ["s3:GetObject", "arn:aws:s3:::bb/*", resource],
    ["s3:GetObject", [ofObjects, "arn:aws:s3:::other/*"], resource],
  ])("%j on %j: %s", (Action, Resource, message) => {
    expect(checkBucketPolicy(bucketText({ Action, Resource }), "b")?.message).toBe(message);
  });

  const key = "Policy has an invalid condition key";
  const combination = "Conditions do not apply to combination of actions and resources in statement";
  const address = "Invalid IP address in Conditions";
  const equals = (name: string) => ({ StringEquals: { [name]: "x" } });
  const within = (range: unknown) => ({ IpAddress: { "aws:SourceIp": range } });
  const everywhere = [ofBucket, ofObjects];
  test.each<[actions: unknown, condition: object, message: string | undefined]>([
    ["s3:ListBucket", equals("s3:prefix"), undefined],
    ["s3:ListBucket", equals("S3:PREFIX"), undefined],
    ["s3:GetObject", equals("s3:prefix"), combination],
    [["s3:ListBucket", "s3:GetObject"], equals("s3:prefix"), combination],
    ["s3:ListBucketMultipartUploads", equals("s3:prefix"), combination],
    // What a wildcard means is not looked at.
    ["s3:*", equals("s3:prefix"), undefined],
    ["s3:Get*", equals("s3:prefix"), undefined],
    ["s3:PutObject", equals("s3:x-amz-acl"), undefined],
    ["s3:GetObject", equals("s3:x-amz-acl"), combination],
    ["s3:GetObject", equals("s3:ExistingObjectTag/team"), undefined],
    ["s3:PutObject", equals("s3:ExistingObjectTag/team"), combination],
    ["s3:PutObject", equals("s3:RequestObjectTag/team"), undefined],
    ["s3:PutObjectAcl", equals("s3:RequestObjectTag/team"), combination],
    ["s3:GetObject", equals("s3:ExistingObjectTag/"), key],
    ["s3:ReplicateObject", equals("s3:x-amz-server-side-encryption"), undefined],
    ["s3:GetObject", equals("s3:authType"), undefined],
    ["s3:ListBucket", equals("s3:ResourceAccount"), undefined],
    ["s3:GetObject", equals("s3:DataAccessPointAccount"), undefined],
    ["s3:GetObject", equals("s3:BucketTag/team"), undefined],
    ["s3:GetObject", equals("s3:foo"), key],
    ["s3:GetObject", equals("aws:foo"), key],
    ["s3:GetObject", equals("foo"), key],
    ["s3:GetObject", equals("kms:ViaService"), key],
    ["s3:GetObject", equals("aws:PrincipalOrgID"), undefined],
    ["s3:GetObject", equals("aws:PrincipalTag/team"), undefined],
    ["s3:GetObject", equals("aws:SourceOwner"), undefined],
    ["s3:GetObject", equals("ec2:SourceInstanceARN"), undefined],
    ["s3:GetObject", equals("www.example.com:sub"), undefined],
    ["s3:GetObject", within("203.0.113.0/24"), undefined],
    ["s3:GetObject", within(["192.168.1.1/24", "2001:db8::/32"]), undefined],
    ["s3:GetObject", within([]), undefined],
    ["s3:GetObject", within("1.2.3.4/33"), address],
    ["s3:GetObject", within(["203.0.113.0/24", "123"]), address],
    ["s3:GetObject", within(""), address],
    ["s3:GetObject", { NotIpAddress: { "aws:SourceIp": "2001::85a3::8a2e" } }, address],
    ["s3:GetObject", { Null: { "aws:SourceIp": "true" } }, undefined],
  ])("%j under %j: %s", (Action, Condition, message) => {
    const actions = [Action].flat() as string[];
    const Resource = actions.length > 1 || actions[0]!.includes("*") ? everywhere : levelOf(actions[0]!);
    expect(checkBucketPolicy(bucketText({ Action, Resource, Condition }), "b")?.message).toBe(message);
  });
  const levelOf = (name: string) => (name.startsWith("s3:ListBucket") ? ofBucket : ofObjects);
});

describe("trust policies", () => {
  const trust = { Effect: "Allow", Principal: { Service: "ec2.amazonaws.com" }, Action: "sts:AssumeRole" };
  const text = (changes: object) => JSON.stringify({ Version: "2012-10-17", Statement: [{ ...trust, ...changes }] });

  test.each<[message: string | undefined, text: string]>([
    [undefined, text({ Action: ["sts:AssumeRole", "sts:TagSession"] })],
    [undefined, text({ Principal: { AWS: ["AROA3EXAMPLEEXAMPLE01", "111122223333"] } })],
    ["This policy contains invalid Json", "assume-role-policy.json"],
    ["This policy contains invalid Json", "[]"],
    ["This policy contains invalid Json", '{"Version":"2012-10-17","Version":"2012-10-17"}'],
    ["Unknown field probe", '{"probe":"malformed-not-a-trust-policy"}'],
    ["Unknown field Comment", text({ Comment: "x" })],
    ["Missing required field Action", text({ Action: undefined })],
    ["Missing required field Action", text({ Action: [] })],
    ["Syntax error in policy.", text({ NotAction: "sts:AssumeRole" })],
    ["Syntax error in policy.", text({ Condition: { Nope: { a: "b" } } })],
    ["Syntax error in policy.", '{"Statement":["x"]}'],
    ["Invalid effect: allow", text({ Effect: "allow" })],
    ["Principal must be a JSON object.", text({ Principal: "*" })],
    ['Invalid principal in policy: "AWS":"app"', text({ Principal: { AWS: "app" } })],
    [
      'Invalid principal in policy: "AWS":"arn:aws:iam::111122223333:role/*"',
      text({ Principal: { AWS: ["*", "arn:aws:iam::111122223333:role/*"] } }),
    ],
    ['Invalid principal in policy: "SERVICE":"ec2"', text({ Principal: { Service: "ec2" } })],
    [
      "AssumeRole policy may only specify STS AssumeRole actions.",
      text({ Action: ["sts:AssumeRole", "iam:PassRole"] }),
    ],
    [
      "A condition block must be present for the Cognito provider",
      text({ Principal: { Federated: "cognito-identity.amazonaws.com" } }),
    ],
  ])("%s: %s", (message, document) => {
    expect(checkTrustPolicy(document)).toEqual(message && { code: "MalformedPolicyDocument", message });
  });

  test("a principal that does not exist is refused in the same words", () => {
    const name = "arn:aws:iam::111122223333:role/gone";
    expect(invalidPrincipal(name).message).toBe(`Invalid principal in policy: "AWS":"${name}"`);
  });
});

describe("identity policies", () => {
  const statement = { Effect: "Allow", Action: "s3:GetObject", Resource: "*" };
  const text = (changes: object) =>
    JSON.stringify({ Version: "2012-10-17", Statement: [{ ...statement, ...changes }] });
  const version = "Policy document must be version 2012-10-17 or greater.";
  const paths =
    "user/, federated-user/, role/, group/, instance-profile/, mfa/, server-certificate/, policy/, " +
    "sms-mfa/, saml-provider/, oidc-provider/, report/, access-report/.";

  test.each<[message: string | undefined, text: string]>([
    [undefined, text({ Resource: "arn:aws:ec2:*" })],
    [undefined, text({ Resource: "arn:aws-cn:s3:::b" })],
    [undefined, text({ Resource: "arn:aws:s3:us-east-1:111122223333:accesspoint/a" })],
    [undefined, text({ Resource: "arn:aws:iam::*:role/app" })],
    [undefined, text({ Action: "*:*" })],
    [undefined, text({ Condition: { Bool: { "aws:SecureTransport": true }, NumericLessThan: { "a:b": 2 } } })],
    ["Syntax errors in policy.", text({ Condition: { Nope: {} } })],
    ["Syntax errors in policy.", text({ Condition: { NullIfExists: { a: "true" } } })],
    ["Syntax errors in policy.", text({ Conditon: {} })],
    ["Syntax errors in policy.", '{"Statement":{"Effect":"Allow","Effect":"Deny","Action":"*","Resource":"*"}}'],
    [
      "Statement IDs (SID) in a single policy must be unique.",
      JSON.stringify({
        Version: "2012-10-17",
        Statement: [
          { ...statement, Sid: "a" },
          { ...statement, Sid: "a" },
        ],
      }),
    ],
    ["Resource vendor must be fully qualified and cannot contain regexes.", text({ Resource: "arn:aws:s*:::b" })],
    [
      "IAM resource arn:aws:iam:us-east-1:111122223333:role/app cannot contain region information.",
      text({ Resource: "arn:aws:iam:us-east-1:111122223333:role/app" }),
    ],
    [
      `IAM resource path must either be "*" or start with ${paths}`,
      text({ Resource: "arn:aws:iam::111122223333:root" }),
    ],
    ['Resource a:aws:s3:::b must be in ARN format or "*".', text({ Resource: "a:aws:s3:::b" })],
  ])("%s: %s", (message, document) => {
    expect(checkIdentityPolicy(document, { managed: true })?.message).toBe(message);
  });

  test.each([
    ["2012-10-17", undefined],
    ["2008-10-17", version],
    [undefined, version],
  ])("version %s: a managed policy gets %s, an inline one passes", (Version, message) => {
    const document = JSON.stringify({ Version, Statement: statement });
    expect(checkIdentityPolicy(document, { managed: true })?.message).toBe(message);
    expect(checkIdentityPolicy(document, { managed: false })).toBeUndefined();
  });
});

test("what a grammar takes can be read, and no text breaks one", () => {
  const json = fc.jsonValue({ maxDepth: 3 });
  const statement = fc.dictionary(
    fc.constantFrom("Effect", "Action", "Resource", "Principal", "Condition", "Sid", "NotAction", "Other"),
    fc.oneof(json, fc.constantFrom<unknown>("Allow", "s3:*", "sts:AssumeRole", "*", { AWS: "*" })),
  );
  const document = fc.record({ Version: fc.constant("2012-10-17"), Statement: fc.oneof(json, fc.array(statement)) });
  fc.assert(
    fc.property(fc.oneof(document, json), (value) => {
      const text = JSON.stringify(value);
      const refusals = [
        checkIdentityPolicy(text, { managed: false }),
        checkTrustPolicy(text),
        checkBucketPolicy(text, "b"),
      ];
      if (refusals.includes(undefined)) expect(parseDocument(text)).not.toHaveProperty("error");
    }),
    { numRuns: 1000 },
  );
});
