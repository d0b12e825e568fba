// Which role an instance made for a container has, in a world where others have made instance profiles already.
import { expect, test } from "@jest/globals";
import { start } from "../../../test/support/rolemint.ts";
import { openControl } from "./control.ts";
import { openInstances } from "./instances.ts";
import { callAws } from "./operator.ts";

const CONFIG = "version: 1\nroles: { app: {}, bare: {}, other: {} }\n";

test("an instance profile that is there already has to hold the role, and is given it where it holds none", async () => {
  const running = await start({ config: CONFIG });
  const { endpoints, region, operator, controlToken } = running.ready();
  const { hostname: host, port } = new URL(endpoints.control);
  const control = openControl({ host, port: Number(port) }, controlToken);
  const calls = { endpoint: endpoints.aws, region, operator, timeMs: async () => Date.now() };
  const iam = (action: string, parameters: Record<string, string>) => callAws(calls, "iam", action, parameters);
  const instances = openInstances(control, calls);
  try {
    await iam("CreateInstanceProfile", { InstanceProfileName: "bare" });
    await iam("CreateInstanceProfile", { InstanceProfileName: "app" });
    await iam("AddRoleToInstanceProfile", { InstanceProfileName: "app", RoleName: "other" });
    await expect(instances.take("app", undefined)).rejects.toThrow(
      "the instance profile app holds another role, other; free it with the AWS API, or give that role instead",
    );
    expect(await instances.take("bare", undefined)).toBe("bare");
    expect(await instances.take("BARE", "second")).toBe("second");
    const { Instances } = await control.ask<{ Instances: object[] }>("ListInstances");
    expect(Instances).toMatchObject([
      { Name: "bare", Role: "bare" },
      { Name: "second", Role: "bare" },
    ]);
  } finally {
    control.close();
    await running.stop();
  }
}, 60_000);
