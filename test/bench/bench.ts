// `make bench`: runs the benchmarks named (all of them without a name) and ends with one table. Figures are medians of
// interleaved rounds; where there is a peer, what counts is the ratio.
import Table from "cli-table3";
import type { Row } from "./row.ts";

const BENCHES = ["start", "imds", "faults", "s3", "rotation", "refresh", "compose", "kit", "testcontainers"];

const names = process.argv.slice(2);
const table = new Table({ head: ["benchmark", "value", "ratio", "promised", ""], style: { head: [], border: [] } });
let isBroken = false;
for (const name of names.length > 0 ? names : BENCHES) {
  process.stderr.write(`${name} …\n`);
  const { run } = (await import(`./${name}.ts`)) as { run(): Promise<Row[]> };
  for (const row of await run()) {
    const value = row.unit === "" ? "" : `${Math.round(row.value * 100) / 100} ${row.unit}`;
    const verdict = row.ok === undefined ? "" : row.ok ? "holds" : "MISSED";
    table.push([row.name, value, row.ratio === undefined ? "" : row.ratio.toFixed(2), row.bound ?? "", verdict]);
    if (row.ok === false) isBroken = true;
  }
}
console.log(table.toString());
process.exitCode = isBroken ? 1 : 0;
