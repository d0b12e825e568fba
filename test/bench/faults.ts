// What faults cost where there are none: the metadata service asked for a credential document by `wrk`, in turn with a
// listener that is given a list of faults, an empty one, and with one that is given none. Run directly, or by `make bench`.
import { documents, newToken, startOurs } from "./imds.ts";
import { median, type Row } from "./row.ts";
import { hasWrk } from "./wrk.ts";

const ROUNDS = 20;
const BOUND = 0.97;

export async function run(): Promise<Row[]> {
  if (!hasWrk()) return [{ name: "faults: skipped, wrk is not installed", value: 0, unit: "" }];
  const none: readonly never[] = [];
  const [given, without] = [await startOurs({ faults: { faults: () => none } }), await startOurs()];
  const token = await newToken(given.port);
  const rates: { readonly given: number; readonly without: number }[] = [];
  for (const { port } of [given, without]) await documents(port, token);
  for (let round = 0; round < ROUNDS; round++) {
    // By turns first, so that a machine that slows down or speeds up meanwhile favours neither.
    const order = round % 2 === 0 ? [given, without] : [without, given];
    const loads = new Map<unknown, number>();
    for (const server of order) loads.set(server, await documents(server.port, token));
    rates.push({ given: loads.get(given)!, without: loads.get(without)! });
  }
  await Promise.all([given.close(), without.close()]);
  const ratios = rates.map((rate) => rate.given / rate.without).sort((one, other) => one - other);
  const ratio = median(ratios);
  const spread = `${ratios[0]!.toFixed(2)} to ${ratios.at(-1)!.toFixed(2)} in ${ROUNDS} rounds`;
  return [
    {
      name: `imds: credential document, faults off (${spread})`,
      value: Math.round(median(rates.map((rate) => rate.given))),
      unit: "requests/s",
      ratio,
      bound: `≥ ${BOUND}×`,
      ok: ratio >= BOUND,
    },
  ];
}

if (import.meta.main) console.table(await run());
