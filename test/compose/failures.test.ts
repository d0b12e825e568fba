// Parts that go away while apps work: what is known goes on, nothing wrong is answered, and all is well when they are
// back.
import { readFileSync } from "node:fs";
import { beforeAll, expect, test } from "@jest/globals";
import { describeDocker, docker, type Project, startProject } from "../support/compose.ts";
import { until } from "../support/until.ts";

const PROBE = readFileSync("test/compose/probe.py", "utf8");
/** Reads one object over and over with one client for some seconds, and prints how often each outcome was. */
const LOAD = `
import boto3, botocore, collections, sys, time
from botocore.config import Config
s3 = boto3.client("s3", config=Config(retries={"total_max_attempts": 1}))
seen = collections.Counter()
end = time.time() + float(sys.argv[1])
while time.time() < end:
    try:
        seen[s3.get_object(Bucket="demo", Key="hello.txt")["Body"].read().decode()[:5]] += 1
    except botocore.exceptions.ClientError as error:
        seen[error.response["Error"]["Code"]] += 1
print(dict(seen))
`;

describeDocker("parts that go away", () => {
  let project: Project;
  beforeAll(async () => {
    project = await startProject({ services: ["app"] });
  }, 180_000);

  const probe = async (...args: string[]) => (await project.exec("app", "python3", "-c", PROBE, ...args)).text;
  const read = () => project.exec("app", "aws", "s3", "cp", "s3://demo/hello.txt", "-");

  test("the control plane killed under load: known credentials go on, and a change made after its return is seen", async () => {
    expect((await read()).code).toBe(0);
    const load = project.exec("app", "python3", "-c", LOAD, "6");
    await new Promise((done) => setTimeout(done, 2000));
    docker("kill", project.container("control-plane"));
    expect(await probe("get", "/latest/meta-data/iam/security-credentials/")).toBe("reader");
    const { text } = await load;
    expect(text).toMatch(/^\{'Hello': \d+\}$/);
    project.compose("up", "--detach", "--no-build", "--wait", "control-plane");
    const before = JSON.parse(await probe("get", "/latest/meta-data/iam/security-credentials/reader"));
    await until(async () => (await fetchHealth(project)).status === "ok", 20_000);
    const { AccessKeyId } = await project.control("RotateCredentials", { Instance: "app" });
    const after = JSON.parse(await probe("get", "/latest/meta-data/iam/security-credentials/reader"));
    expect([after.AccessKeyId, after.AccessKeyId === before.AccessKeyId]).toEqual([AccessKeyId, false]);
    expect((await read()).code).toBe(0);
  }, 120_000);

  test("the object store away: 503 SlowDown, and well again within a second of its return", async () => {
    const list = () =>
      project.exec(
        "app",
        "env",
        "AWS_MAX_ATTEMPTS=1",
        "aws",
        "s3api",
        "get-object",
        "--bucket",
        "demo",
        "--key",
        "hello.txt",
        "/tmp/x",
      );
    expect((await list()).code).toBe(0);
    docker("kill", project.container("minio"));
    expect((await list()).text).toContain("SlowDown");
    project.compose("up", "--detach", "--no-build", "--wait", "minio");
    // The command itself takes about a second to start.
    await until(async () => (await list()).code === 0, 4000);
  }, 120_000);

  test("the whole project restarted: the same credentials, metadata tokens and objects", async () => {
    const token = await probe("token");
    const before = await probe("get", "/latest/meta-data/iam/security-credentials/reader", token);
    project.compose("restart", "--timeout", "5");
    project.compose("up", "--detach", "--no-build", "--wait");
    expect(await probe("get", "/latest/meta-data/iam/security-credentials/reader", token)).toBe(before);
    expect((await read()).text).toContain("Hello from a bucket");
  }, 120_000);
});

async function fetchHealth(project: Project): Promise<{ status: string }> {
  const port = project.compose("port", "control-plane", "4567");
  return (await fetch(`http://${port}/health`)).json() as Promise<{ status: string }>;
}
