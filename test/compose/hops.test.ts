// HttpPutResponseHopLimit on packets: a client behind a routed hop gets no token with 1 and gets one with 2. Only the token
// answer is limited.
import { readFileSync } from "node:fs";
import { ModifyInstanceMetadataOptionsCommand } from "@aws-sdk/client-ec2";
import { beforeAll, expect, test } from "@jest/globals";
import { clients } from "../support/aws-clients.ts";
import { describeDocker, type Project, startProject } from "../support/compose.ts";
import { buildImages, ROUTER } from "../support/docker/images.ts";

const PROBE = readFileSync("test/compose/probe.py", "utf8");
const URL = "http://169.254.169.254/latest";
const TIMED_OUT = "000";

describeDocker("the hop limit of token answers", () => {
  let project: Project;
  beforeAll(async () => {
    buildImages(process.env, [ROUTER]);
    project = await startProject({ files: ["test/compose/hops.compose.yaml"], services: ["router"] });
  }, 240_000);

  /** Status and body of a request made behind the hop; no status when no answer came. */
  const behind = async (...args: string[]) => {
    const curl = ["curl", "--silent", "--max-time", "3", "--write-out", "\n%{http_code}", ...args];
    const command = ["sh", "-c", 'exec nsenter --net --target "$(cat /run/behind.pid)" "$@"', "sh", ...curl];
    const lines = (await project.exec("router", ...command)).text.split("\n");
    return { status: lines.at(-1), body: lines.slice(0, -1).join("\n") };
  };
  const putToken = () =>
    behind("--request", "PUT", "--header", "X-aws-ec2-metadata-token-ttl-seconds: 60", `${URL}/api/token`);
  const get = (token: string) =>
    behind("--header", `X-aws-ec2-metadata-token: ${token}`, `${URL}/meta-data/instance-id`);
  const setLimit = async (limit: number) => {
    const { ec2 } = clients(project.ready());
    const { instanceId } = project.ready().instances["app"]!;
    await ec2.send(
      new ModifyInstanceMetadataOptionsCommand({ InstanceId: instanceId, HttpPutResponseHopLimit: limit }),
    );
  };

  test("with 1 the token answer dies on the hop, and no other answer does; with 2 it arrives", async () => {
    expect(await putToken()).toEqual({ status: TIMED_OUT, body: "" });
    const own = (await project.exec("app", "python3", "-c", PROBE, "token")).text;
    expect(own).toHaveLength(56);
    expect((await get("")).status).toBe("401");
    const { instanceId } = project.ready().instances["app"]!;
    expect(await get(own)).toEqual({ status: "200", body: instanceId });

    await setLimit(2);
    const { status, body: token } = await putToken();
    expect([status, token.length]).toEqual(["200", 56]);
    expect(await get(token)).toEqual({ status: "200", body: instanceId });

    await setLimit(1);
    expect((await putToken()).status).toBe(TIMED_OUT);
    expect((await get(token)).status).toBe("200");
  }, 120_000);
});
