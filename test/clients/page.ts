// docs/clients.md: what was found of each client, as two tables.
import type { Case } from "./cases.ts";
import type { Client } from "./clients.ts";
import type { Findings } from "./examine.ts";
import { ROTATION } from "./lab.ts";

export function pageOf(
  found: ReadonlyMap<Client, Findings>,
  outcomes: readonly (readonly [Case, string | undefined])[],
  date: string,
): string {
  const clients = [...found].map(([client, findings]) => row(clientCells(client, findings, date)));
  const cases = outcomes.map(([{ id, client, state, known }, outcome = ""]) =>
    row([id, client, state, known, outcome]),
  );
  return `<!-- Made by \`make clients\`, which runs all of this and writes it anew. -->
# Clients

Real clients, unmodified, each in a container of the compose topology that is an instance with a role: metadata at
169.254.169.254, \`AWS_ENDPOINT_URL\` or the client's own setting at the gate, and no key in environment or files. How each is
run stands in test/clients/clients.ts; \`make test\` runs those that build in seconds.

**identity**: what GetCallerIdentity says, or, for a client that cannot ask, whose keys the gate saw it sign with. **refusal**: a
write is answered 403 AccessDenied. **rotation**: keys are renewed every 5 seconds and live as long as the client needs to look
again; it goes on until it signs with a newer one.

${row(["client", "version", "identity", "list", "read", "refusal", "rotation", "date"])}
|---|---|---|---|---|---|---|---|
${clients.join("\n")}

## What clients make of an instance's states

**known** is what the clients' sources and earlier runs say, **found** what was observed here. P is \`PUT /latest/api/token\`, L the
list of roles, C the credentials of a role; \`(v1)\` without a token; a status where it is not 200, \`-\` where no answer came. A
token answer that dies on a hop is one whose IP TTL of 1 a rule before the client drops.

${row(["row", "client", "state", "known", "found"])}
|---|---|---|---|---|
${cases.join("\n")}
`;
}

function clientCells({ title, runs, tokens, rotation: own }: Client, findings: Findings, date: string): string[] {
  const { identity, list, rotation } = findings;
  const { steps, seconds, first, last } = rotation;
  const lifetime = own?.Lifetime ?? ROTATION.lifetime;
  const failures = rotation.failures.length;
  const isOneProcess = "program" in runs || runs.process !== undefined;
  const how = isOneProcess ? "one process" : runs.long === undefined ? "next run" : "one long run";
  return [
    tokens === "optional" ? `${title}, on \`tokens: optional\`` : title,
    findings.version,
    identity ? "its role's session" : "by its key",
    list ? "yes" : "it has none",
    findings.read?.isOk ? "yes" : "no",
    findings.write?.isOk ? "no" : "AccessDenied",
    `${how}, keys of ${lifetime}: generation ${first} to ${last} in ${seconds} s, ${steps} calls, ${failures} failed`,
    date,
  ];
}

function row(cells: readonly string[]): string {
  const escaped = cells.map((cell) => cell.replaceAll("|", "\\|").replaceAll("<", "&lt;").replace(/\s+/g, " ").trim());
  return `| ${escaped.join(" | ")} |`;
}
