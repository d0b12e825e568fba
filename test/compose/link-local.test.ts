// The compose default: apps on an ordinary network, each with a link-local address, told apart by it. What an app gets,
// and what it must not reach.
import { readFileSync } from "node:fs";
import { beforeAll, expect, test } from "@jest/globals";
import { describeDocker, docker, type Project, startProject } from "../support/compose.ts";
import { until } from "../support/until.ts";

const PROBE = readFileSync("test/compose/probe.py", "utf8");
const LIST = "/latest/meta-data/iam/security-credentials/";

describeDocker("apps with link-local addresses", () => {
  let project: Project;
  beforeAll(async () => {
    project = await startProject();
  }, 180_000);

  const probe = async (service: string, ...args: string[]) =>
    (await project.exec(service, "python3", "-c", PROBE, ...args)).text;
  const aws = (service: string, ...args: string[]) => project.exec(service, "aws", ...args);
  const instanceId = async (service: string) => probe(service, "get", "/latest/meta-data/instance-id");

  test("each app is its own instance, at the real address, with no key in its environment or files", async () => {
    for (const [service, role] of [
      ["app", "reader"],
      ["worker", "writer"],
    ] as const) {
      expect(await probe(service, "get", LIST)).toBe(role);
      const { text } = await aws(service, "sts", "get-caller-identity", "--query", "Arn", "--output", "text");
      const id = await instanceId(service);
      expect(text).toBe(`arn:aws:sts::111122223333:assumed-role/${role}/${id}`);
      const { text: environment } = await project.exec(service, "env");
      expect(environment).not.toMatch(/ACCESS_KEY|SECRET|TOKEN|PROFILE/);
      expect((await project.exec(service, "sh", "-c", "ls -a ~ | grep aws")).text).toBe("");
    }
    expect(await instanceId("app")).not.toBe(await instanceId("worker"));
  }, 60_000);

  test("each may do what its role allows, and is refused the rest in AWS's words", async () => {
    const listed = await aws("app", "s3", "ls", "s3://demo/");
    expect(listed).toEqual({ code: 0, text: expect.stringContaining("hello.txt") as never });
    expect((await aws("app", "s3", "cp", "s3://demo/hello.txt", "-")).text).toContain("Hello from a bucket");
    const put = await aws("app", "s3api", "put-object", "--bucket", "inbox", "--key", "a", "--body", "/etc/hostname");
    expect(put.text).toMatch(
      /AccessDenied.*assumed-role\/reader\/i-\w+ is not authorized to perform: s3:PutObject on resource: "arn:aws:s3:::inbox\/a" because no identity-based policy allows/,
    );
    const put2 = await aws("worker", "s3", "cp", "/etc/hostname", "s3://inbox/name");
    expect(put2.code).toBe(0);
    expect((await aws("worker", "s3", "cp", "s3://inbox/name", "-")).text).toMatch(/^\w+$/);
    expect((await aws("worker", "s3", "ls", "s3://demo/")).text).toContain("AccessDenied");
  }, 60_000);

  test("a rotation is seen at once, and the old key works on", async () => {
    const keyOf = async () => JSON.parse(await probe("app", "get", `${LIST}reader`));
    const before = await keyOf();
    const { AccessKeyId } = await project.control("RotateCredentials", { Instance: "app" });
    const after = await keyOf();
    expect(after.AccessKeyId).toBe(AccessKeyId);
    expect(after.AccessKeyId).not.toBe(before.AccessKeyId);
    const withOld = [
      "env",
      `AWS_ACCESS_KEY_ID=${before.AccessKeyId}`,
      `AWS_SECRET_ACCESS_KEY=${before.SecretAccessKey}`,
    ];
    const listed = await project.exec("app", ...withOld, `AWS_SESSION_TOKEN=${before.Token}`, "aws", "s3", "ls");
    expect(listed).toEqual({ code: 0, text: expect.stringContaining("demo") as never });
  }, 60_000);

  test("an app reaches the gate, and no port of ours that is not for apps", async () => {
    const addresses = (service: string) =>
      docker("inspect", "-f", "{{range .NetworkSettings.Networks}}{{.IPAddress}} {{end}}", project.container(service))
        .split(" ")
        .filter((address) => address !== "");
    const gateway = docker(
      "inspect",
      "-f",
      "{{range .NetworkSettings.Networks}}{{.Gateway}}{{end}}",
      project.container("app"),
    );
    const { endpoints } = project.ready();
    const controlPort = new URL(endpoints.control).port;
    const forbidden = [
      ...[...addresses("control-plane"), "control-plane"].flatMap((host) => [
        `${host}:4570`,
        `${host}:4571`,
        `${host}:4567`,
      ]),
      ...[...addresses("minio"), "minio"].map((host) => `${host}:9000`),
      ...[...addresses("imds"), ...addresses("s3-authorizer")].map((host) => `${host}:80`),
      `${gateway}:${controlPort}`,
    ];
    const reached = await probe("app", "reaches", ...forbidden, "169.254.171.1:4566", "169.254.169.254:80");
    expect(reached.split("\n")).toEqual(["169.254.171.1:4566", "169.254.169.254:80"]);
  }, 60_000);

  test("an address that is no instance's gets what an instance without a profile gets, and the log names it", async () => {
    const args = ["--network", `${project.name}_apps`, "--link-local-ip", "169.254.10.99"];
    const asked = (path: string) =>
      docker("run", "--rm", ...args, "rolemint-sample-app:latest", "python3", "-c", PROBE, "get", path);
    expect(asked("/latest/meta-data/instance-id")).toMatch(/^i-0[0-9a-f]{16}$/);
    expect(asked(LIST)).toBe("404");
    expect(project.compose("logs", "imds")).toContain("169.254.10.99");
  }, 60_000);

  test("a metadata token outlives a restart of the metadata service", async () => {
    const token = await probe("app", "token");
    project.compose("restart", "--timeout", "5", "imds");
    await until(async () => (await probe("app", "get", LIST, token)) === "reader", 10_000);
  }, 60_000);

  test("apps that are recreated in another order stay who they are", async () => {
    const before = [await instanceId("app"), await instanceId("worker")];
    project.compose("rm", "--stop", "--force", "app", "worker");
    project.compose("up", "--detach", "--no-build", "--wait", "worker");
    project.compose("up", "--detach", "--no-build", "--wait", "app");
    expect([await instanceId("app"), await instanceId("worker")]).toEqual(before);
    expect([await probe("app", "get", LIST), await probe("worker", "get", LIST)]).toEqual(["reader", "writer"]);
  }, 90_000);

  test("the control plane's verbs run in its container", async () => {
    const { text } = await project.exec("control-plane", "rolemint", "status", "--json");
    const { instances } = JSON.parse(text);
    expect(instances.map(({ Name, Role, Address }: any) => [Name, Role, Address])).toEqual([
      ["app", "reader", "169.254.10.1"],
      ["worker", "writer", "169.254.10.2"],
    ]);
  }, 60_000);
});
