// Two projects on one daemon, with the same link-local addresses: neither is seen by the other.
import { readFileSync } from "node:fs";
import { expect, test } from "@jest/globals";
import { describeDocker, startProject } from "../support/compose.ts";

const PROBE = readFileSync("test/compose/probe.py", "utf8");

const config = (account: string) => `
version: 1
account: "${account}"
roles:
  role-of-${account}:
    trust: ec2.amazonaws.com
    managedPolicies: [arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess]
instances:
  app: { role: role-of-${account}, address: 169.254.10.1 }
buckets:
  bucket-of-${account}: {}
`;

describeDocker("two projects at once", () => {
  test("each app is of its own project's account, and its credentials are nothing in the other", async () => {
    const accounts = ["111122223333", "444455556666"] as const;
    const projects = await Promise.all(
      accounts.map((account) => startProject({ config: config(account), services: ["app"] })),
    );
    const documents = [];
    for (const [index, project] of projects.entries()) {
      const account = accounts[index];
      const arn = await project.exec("app", "aws", "sts", "get-caller-identity", "--query", "Arn", "--output", "text");
      expect(arn.text).toMatch(new RegExp(`^arn:aws:sts::${account}:assumed-role/role-of-${account}/i-`));
      expect((await project.exec("app", "aws", "s3", "ls")).text).toMatch(new RegExp(` bucket-of-${account}$`));
      const path = `/latest/meta-data/iam/security-credentials/role-of-${account}`;
      documents.push(JSON.parse((await project.exec("app", "python3", "-c", PROBE, "get", path)).text));
    }
    const [{ AccessKeyId, SecretAccessKey, Token }] = documents;
    const keys = [`AWS_ACCESS_KEY_ID=${AccessKeyId}`, `AWS_SECRET_ACCESS_KEY=${SecretAccessKey}`];
    const foreign = ["env", ...keys, `AWS_SESSION_TOKEN=${Token}`, "aws", "s3", "ls"];
    expect((await projects[0]!.exec("app", ...foreign)).code).toBe(0);
    expect((await projects[1]!.exec("app", ...foreign)).text).toMatch(/InvalidAccessKeyId|InvalidToken/);
  }, 240_000);
});
