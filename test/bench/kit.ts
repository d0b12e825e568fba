// How long @rolemint/jest takes in a test process: the first instance with all that it starts, in a process whose
// compile cache is warm, and each further one.
import { spawnSync } from "node:child_process";
import { median, type Row } from "./row.ts";

const ROUNDS = 7;
const SCRIPT = `
  const begun = performance.now();
  const { startRolemint } = await import("./packages/jest/dist/index.js");
  const lab = await startRolemint({ roles: { app: {} } });
  const times = [];
  for (let last = begun; times.length < 21; last = performance.now()) {
    await lab.instance({ role: "app" });
    times.push(performance.now() - last);
  }
  console.log(JSON.stringify(times));`;

export async function run(): Promise<Row[]> {
  build();
  try {
    return measured();
  } finally {
    build("--clean");
  }
}

/** As it is published: users run no sources. */
function build(...flags: string[]): void {
  const args = ["--disable-warning=ExperimentalWarning", "../../scripts/build.ts", ...flags];
  const { status, stderr } = spawnSync(process.execPath, args, { cwd: "packages/jest", encoding: "utf8" });
  if (status !== 0) throw new Error(`the kit could not be built: ${stderr}`);
}

function measured(): Row[] {
  const firsts: number[] = [];
  const others: number[] = [];
  for (let round = -1; round < ROUNDS; round++) {
    const args = ["--disable-warning=ExperimentalWarning", "--input-type=module", "-e", SCRIPT];
    const { stdout, stderr } = spawnSync(process.execPath, args, { encoding: "utf8" });
    if (stdout === "") throw new Error(`the kit did not start: ${stderr}`);
    const [first, ...rest] = JSON.parse(stdout) as number[];
    // The first round fills the compile cache.
    if (round < 0) continue;
    firsts.push(first!);
    others.push(...rest);
  }
  const [first, other] = [median(firsts), median(others)];
  return [
    { name: "first instance in a test process", value: first, unit: "ms", bound: "≤ 400 ms", ok: first <= 400 },
    { name: "each further one", value: other, unit: "ms", bound: "≤ 30 ms", ok: other <= 30 },
  ];
}
