// The holder topology: a container of ours owns the namespace and is one instance; the app joins it. The namespace is the
// identity, so a neighbour on the same bridge gets nothing.
import { readFileSync } from "node:fs";
import { beforeAll, expect, test } from "@jest/globals";
import { describeDocker, docker, type Project, startProject } from "../support/compose.ts";

const PROBE = readFileSync("test/compose/probe.py", "utf8");
const PROBE_IPV6 = PROBE.replace("http://169.254.169.254", "http://[fd00:ec2::254]");
const CONFIG = `
version: 1
roles:
  held: { trust: ec2.amazonaws.com, managedPolicies: ["arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess"] }
instances:
  worker: { role: held, metadata: { ipv6: enabled } }
buckets: { demo: {} }
`;

describeDocker("a holder and its app", () => {
  let project: Project;
  beforeAll(async () => {
    const files = ["test/compose/holder.compose.yaml"];
    project = await startProject({ config: CONFIG, files, services: ["held", "neighbour"] });
  }, 180_000);

  const probe = async (service: string, ...args: string[]) =>
    (await project.exec(service, "python3", "-c", PROBE, ...args)).text;

  test("the app is the holder's instance, over IPv4 and IPv6", async () => {
    const path = "/latest/meta-data/iam/security-credentials/";
    expect(await probe("held", "get", path)).toBe("held");
    expect((await project.exec("held", "python3", "-c", PROBE_IPV6, "get", path)).text).toBe("held");
    const arn = await project.exec("held", "aws", "sts", "get-caller-identity", "--query", "Arn", "--output", "text");
    expect(arn.text).toMatch(/assumed-role\/held\/i-/);
    expect((await project.exec("held", "aws", "s3", "ls")).text).toMatch(/ demo$/);
  }, 60_000);

  test("a neighbour on the holder's bridge is served nothing", async () => {
    const [address] = docker(
      "inspect",
      "-f",
      "{{range .NetworkSettings.Networks}}{{.IPAddress}} {{end}}",
      project.container("holder"),
    ).split(" ");
    expect(await probe("neighbour", "reaches", "169.254.169.254:80", `${address}:80`)).toBe("");
    expect(await probe("neighbour", "reaches", `${address}:8080`)).toBe(`${address}:8080`);
  }, 60_000);

  test("the app reaches none of our own ports, and not the socket that the holder asks by", async () => {
    const hosts = ["control-plane", "minio"].flatMap((service) =>
      docker("inspect", "-f", "{{range .NetworkSettings.Networks}}{{.IPAddress}} {{end}}", project.container(service))
        .split(" ")
        .filter((address) => address !== ""),
    );
    const places = hosts.flatMap((host) => [4570, 4571, 4567, 9000].map((port) => `${host}:${port}`));
    expect(await probe("held", "reaches", ...places, "169.254.171.1:4566")).toBe("169.254.171.1:4566");
    expect((await project.exec("held", "sh", "-c", "ls /run/rolemint* 2>&1")).code).not.toBe(0);
  }, 60_000);

  test("metadata can be there over IPv6 only; packets cannot be dropped here, and that is said", async () => {
    const path = "/latest/meta-data/iam/security-credentials/";
    const token = await probe("held", "token");
    const ipv6Only = { Name: "imds.ipv6-only", Target: "worker", Parameters: { Mode: "reset" } };
    const { Fault } = await project.control("PutFault", ipv6Only);
    expect(await probe("held", "get", path, token)).toMatch(/ConnectionResetError|Connection reset/);
    expect((await project.exec("held", "python3", "-c", PROBE_IPV6, "get", path)).text).toBe("held");
    await project.control("DeleteFault", { Id: Fault.Id });
    expect(await probe("held", "get", path, token)).toBe("held");
    const drop = { Name: "imds.unreachable", Target: "worker", Parameters: { Mode: "drop" } };
    await expect(project.control("PutFault", drop)).rejects.toThrow(/Conflict.*its holder.*Mode reset or hang/);
  }, 60_000);

  test("the holder publishes the app's port", async () => {
    const response = await fetch(`http://${project.compose("port", "holder", "8080")}/`);
    expect(response.status).toBe(200);
  });

  test("the app's identity outlives a restart of the app", async () => {
    const before = await probe("held", "get", "/latest/meta-data/instance-id");
    project.compose("restart", "--timeout", "2", "held");
    expect(await probe("held", "get", "/latest/meta-data/instance-id")).toBe(before);
  }, 60_000);
});
