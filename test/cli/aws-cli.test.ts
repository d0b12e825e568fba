// The AWS CLI as it is, with nothing but what `rolemint env` says: the operator gives a running instance a role, and
// the instance's shell is that role, before and after a restart.
import { delimiter, dirname } from "node:path";
import { beforeAll, expect, test } from "@jest/globals";
import { awsCli } from "../support/aws-cli.ts";
import { keysOf } from "../support/metadata.ts";
import { AS_INSTALLED, directory, type Ended, launch, ROLEMINT, type Running, start } from "../support/rolemint.ts";

const aws = awsCli();
// Without Python there is no CLI: skipped by name, and failed under REQUIRE_DOCKER=1.
const testWithCli = aws === undefined ? test.skip : test;

const TRUST = JSON.stringify({
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Principal: { Service: "ec2.amazonaws.com" }, Action: "sts:AssumeRole" }],
});

const cwd = directory({ "trust.json": TRUST, "note.txt": "a note\n" });
let running: Running;

beforeAll(async () => {
  running = await start({ cwd, state: ".rolemint" });
});

/** A script in a shell that finds `rolemint` and `aws`, and has nothing of AWS's but a wrong default. */
function shell(script: string, env: Readonly<Record<string, string>> = {}): Promise<Ended> {
  const path = [dirname(aws!), dirname(ROLEMINT), AS_INSTALLED.PATH].join(delimiter);
  const surroundings = { PATH: path, AWS_DEFAULT_REGION: "ap-south-1", AWS_PAGER: "", ...env };
  return launch("/bin/sh", ["-ec", script], { cwd, env: surroundings }).ended;
}

const asOperator = (script: string) => shell(`eval "$(rolemint env --operator)"\n${script}`);
const asWeb = (script: string, env = {}) => shell(`eval "$(rolemint env web)"\n${script}`, env);
const idOfWeb = () => running.ready().instances["web"]!.instanceId;

/** Identity as the CLI tells it. */
async function identityOf(ending: Promise<Ended>): Promise<unknown> {
  const { code, stdout, stderr } = await ending;
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  return JSON.parse(stdout);
}

testWithCli(
  "the operator makes a role, and gives it to the instance that runs",
  async () => {
    const { code, stdout, stderr } = await asOperator(`
      aws sts get-caller-identity --query Arn --output text
      aws iam create-role --role-name app --assume-role-policy-document file://trust.json --query Role.Arn --output text
      aws iam attach-role-policy --role-name app --policy-arn arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess
      aws iam create-instance-profile --instance-profile-name app-profile --query InstanceProfile.Path --output text
      aws iam add-role-to-instance-profile --instance-profile-name app-profile --role-name app
      aws ec2 associate-iam-instance-profile --instance-id ${idOfWeb()} --iam-instance-profile Name=app-profile \\
        --query IamInstanceProfileAssociation.State --output text
      aws ec2 describe-instances --query 'Reservations[].Instances[].IamInstanceProfile.Arn' --output text
      aws s3 mb s3://made-by-operator
      aws s3 cp note.txt s3://made-by-operator/notes/ --no-progress`);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout.trim().split("\n")).toEqual([
      "arn:aws:iam::111122223333:root",
      "arn:aws:iam::111122223333:role/app",
      "/",
      "associating",
      "arn:aws:iam::111122223333:instance-profile/app-profile",
      "make_bucket: made-by-operator",
      "upload: ./note.txt to s3://made-by-operator/notes/note.txt",
    ]);
  },
  120_000,
);

testWithCli(
  "the instance's shell is that role: it lists and reads, and may not write",
  async () => {
    const identity = await identityOf(asWeb("aws sts get-caller-identity"));
    expect(identity).toEqual({
      Account: "111122223333",
      Arn: `arn:aws:sts::111122223333:assumed-role/app/${idOfWeb()}`,
      UserId: expect.stringMatching(new RegExp(`^AROA[A-Z2-7]{17}:${idOfWeb()}$`)),
    });
    const listing = await asWeb(`
      aws s3 ls
      aws s3 ls s3://demo
      aws s3 cp s3://made-by-operator/notes/note.txt -`);
    expect({ code: listing.code, stderr: listing.stderr }).toEqual({ code: 0, stderr: "" });
    expect(listing.stdout.replace(/^[\d-]+ [\d:]+ +(?:\d+ )?/gm, "")).toBe(
      "demo\nmade-by-operator\nhello.txt\na note\n",
    );
    const denied = await asWeb("aws s3 cp note.txt s3://demo/ --no-progress");
    expect({ code: denied.code, stdout: denied.stdout }).toEqual({ code: 1, stdout: "" });
    expect(denied.stderr).toMatch(
      /AccessDenied.*PutObject.*assumed-role\/app\/.*s3:PutObject.*arn:aws:s3:::demo\/note/,
    );
    const other = await asWeb("aws iam list-roles");
    expect(other.code).not.toBe(0);
    expect(other.stderr).toMatch(/AccessDenied.*iam:ListRoles/);
  },
  120_000,
);

testWithCli(
  "restarted on its state it is the same world: the keys from before still work, and are still shown",
  async () => {
    const keys = await keysOf(running.ready().instances["web"]!.imds);
    const before = idOfWeb();
    await running.stop();
    running = await start({ cwd, state: ".rolemint" });
    expect(idOfWeb()).toBe(before);
    expect(await keysOf(running.ready().instances["web"]!.imds)).toEqual(keys);
    const given = {
      KEY: keys.accessKeyId,
      SECRET: keys.secretAccessKey,
      TOKEN: keys.sessionToken,
    };
    const withKeys = "AWS_ACCESS_KEY_ID=$KEY AWS_SECRET_ACCESS_KEY=$SECRET AWS_SESSION_TOKEN=$TOKEN";
    const Arn = `arn:aws:sts::111122223333:assumed-role/app/${before}`;
    const asBefore = asWeb(`${withKeys} aws sts get-caller-identity`, given);
    expect(await identityOf(asBefore)).toMatchObject({ Arn });
    expect(await identityOf(asWeb("aws sts get-caller-identity"))).toMatchObject({ Arn });
    const { code, stdout } = await asWeb(`${withKeys} aws s3 ls s3://made-by-operator/notes/`, given);
    expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringMatching(/ 7 note\.txt\n$/) });
  },
  120_000,
);
