// What goes wrong around an attached container: it, its holder or the world ends at a bad moment, or the start cannot
// work. Nothing may be left, and what is said has to tell what to do.
import { expect, test } from "@jest/globals";
import { GenericContainer, Wait } from "testcontainers";
import { RolemintContainer } from "../../packages/testcontainers/src/index.ts";
import { describeDocker, docker } from "../support/compose.ts";
import { IMAGES } from "../support/docker/images.ts";

/** Ryuk's image cannot be had everywhere. */
process.env["TESTCONTAINERS_RYUK_DISABLED"] = "true";

const OURS = `rolemint.attaching.${process.pid}`;
const aWorld = () => new RolemintContainer(IMAGES.rolemint.tag).withLabels({ [OURS]: "" }).withRole("app");
const anApp = () => new GenericContainer(IMAGES.app.tag).withLabels({ [OURS]: "" });
const ours = (...filter: string[]) =>
  docker("ps", "--all", "--quiet", "--filter", `label=${OURS}`, ...filter)
    .split("\n")
    .filter(Boolean);
const holders = () => ours("--filter", "label=rolemint.part=holder");

describeDocker("an attached container", () => {
  test("a stop gives up the starts that are under way, and leaves nothing of them", async () => {
    const rolemint = await aWorld().start();
    const never = anApp().withWaitStrategy(Wait.forLogMessage("never")).withStartupTimeout(60_000);
    const waiting = expect(rolemint.attach(never, "app")).rejects.toThrow(/app was not attached.*stopped meanwhile/);
    while (holders().length === 0) await new Promise((done) => setTimeout(done, 50));
    const beginning = expect(rolemint.attach(anApp(), { role: "app", name: "late" })).rejects.toThrow(/stopped/);
    await rolemint.stop();
    await Promise.all([waiting, beginning]);
    expect(ours()).toEqual([]);
    await expect(rolemint.attach(anApp(), "app")).rejects.toThrow("the RolemintContainer has been stopped");
    await expect(rolemint.rotate("app")).rejects.toThrow("the RolemintContainer has been stopped");
    await rolemint.stop();
  }, 120_000);

  test("when its holder has died it has no way out, can be stopped, and so can the world", async () => {
    const rolemint = await aWorld().start();
    const [one, other] = [await rolemint.attach(anApp(), "app"), await rolemint.attach(anApp(), "app")];
    docker("kill", ...holders());
    while (holders().length > 0) await new Promise((done) => setTimeout(done, 50));
    const { output } = await one.exec(["cat", "/proc/net/route"]);
    const routes = output.trim().split("\n").slice(1);
    expect(routes).toEqual([expect.stringMatching(/^\*\tFEA9FEA9\t00000000\t02\d\d\t.*\tFFFFFFFF\t/)]);
    await one.stop();
    await expect(rolemint.credentials("app")).rejects.toThrow(/no instance app/);
    docker("rm", "--force", other.getId());
    await rolemint.stop();
    expect(ours()).toEqual([]);
  }, 120_000);

  test("what cannot work is refused at once, with why", async () => {
    await using rolemint = await aWorld().start();
    const attach = (to: unknown, app = anApp()) => rolemint.attach(app, to as string);
    await expect(attach("app", anApp().withExposedPorts(8080, 80))).rejects.toThrow(
      /port 80 is the metadata service's/,
    );
    await expect(attach("app", anApp().withExposedPorts("4566/tcp"))).rejects.toThrow(/port 4566 is the AWS APIs'/);
    await expect(attach({ role: "app", clock: "World" })).rejects.toThrow('clock is "world" or "own", not "World"');
    await expect(attach(undefined)).rejects.toThrow(/say which role the container has/);
    await expect(attach({ role: "app", clok: "world" })).rejects.toThrow("role, name and clock, not clok");
    await expect(rolemint.restart()).rejects.toThrow("not restarted; reset()");
    await expect(rolemint.clock(undefined as unknown as string)).rejects.toThrow('clock takes "+6h", a time');
    await expect(rolemint.trace({ kind: "refusals" as "refusal" })).rejects.toThrow(
      /no kind refusals: metadata, issue/,
    );
    expect(holders()).toEqual([]);
  }, 120_000);

  test("many at once are an instance each, of the role that no profile was made for before", async () => {
    await using rolemint = await aWorld().start();
    await Promise.all(Array.from({ length: 4 }, () => rolemint.attach(anApp(), "app")));
    const names = ["app", "app-2", "app-3", "app-4"];
    const keys = await Promise.all(names.map(async (name) => (await rolemint.credentials(name)).accessKeyId));
    expect(new Set(keys).size).toBe(4);
    // Nothing hangs with a metadata service that never answers.
    await rolemint.fault("imds.unreachable", { target: "app", parameters: { Mode: "hang" } });
    await expect(rolemint.secretCredentials("app")).rejects.toThrow(/app gives no credentials: .*timeout/);
    const asleep = rolemint.pauseClient("app-2", { host: "1s" });
    await expect(rolemint.pauseClient("app-2", { host: "1s" })).rejects.toThrow("app-2 stands still already");
    await asleep;
  }, 120_000);

  test("one that has done its work at once was attached, with a clock too", async () => {
    await using rolemint = await aWorld().start();
    const done = anApp().withCommand(["sh", "-c", "date +%s"]);
    await using app = await rolemint.attach(done, { role: "app", clock: "world" });
    expect(docker("inspect", "--format", "{{.State.ExitCode}}", app.getId())).toBe("0");
  }, 120_000);
});
