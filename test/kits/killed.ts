// A test process that is killed: starts a world and an app, says which containers they are, and waits for its end.
import { execFileSync } from "node:child_process";
import { GenericContainer } from "testcontainers";
import { RolemintContainer } from "../../packages/testcontainers/src/index.ts";

const rolemint = await new RolemintContainer(process.argv[2]).withRole("app").start();
const app = await rolemint.attach(new GenericContainer(process.argv[3]!), "app");
const label = `label=rolemint.instance=app`;
const holders = execFileSync("docker", [
  "ps",
  "-q",
  "--no-trunc",
  "--filter",
  label,
  "--filter",
  `since=${rolemint.getId()}`,
]);
console.log(JSON.stringify({ world: rolemint.getId(), app: app.getId(), holder: String(holders).trim() }));
setTimeout(() => {}, 600_000);
