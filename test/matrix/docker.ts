// `docker`, without standing in the way of what else goes on: two worlds are watched at once.
import { execFile } from "node:child_process";
import { promisify } from "node:util";

const start = promisify(execFile);

export async function docker(...args: readonly string[]): Promise<void> {
  await start("docker", [...args]);
}
