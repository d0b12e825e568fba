// Writes docs/guides/faults.md: what there is to say about all faults, and the tables of faults and presets from the code.
import { writeFileSync } from "node:fs";
import { formatDuration } from "@rolemint/host/duration";
import { type Description, describedFaults, type Preset, presets } from "@rolemint/world";

export const FAULTS_FILE = "docs/guides/faults.md";

export function faultsText(): string {
  const faults = describedFaults().sort(byRow).map(faultRow);
  const incidents = presets().map(presetRow);
  return [INTRODUCTION, ...faults, "", PRESETS, ...incidents, "", METADATA, CREDENTIALS, CLIENTS].join("\n");
}

/** The families of the catalogue. */
const FAMILIES = ["F", "RO", "CR", "SX", "ST", "CK"];

function byRow(one: Description, other: Description): number {
  const [place, otherPlace] = [one, other].map(({ row }) => {
    const [, family = "", number] = /^([A-Z]+)(\d+)$/.exec(row) ?? [];
    return FAMILIES.indexOf(family) * 100 + Number(number);
  });
  return place! - otherPlace!;
}

const INTRODUCTION = `<!-- Made by test/support/fault-pages.ts from the code; \`make docs\` writes it anew. -->
# Faults

What goes wrong with credentials on EC2 goes wrong rarely, and at night. Here it goes wrong when you say so, and the same
way again:

\`\`\`sh
rolemint fault add imds.slow first-byte=2s --target web --when next-refresh --for 10m
rolemint fault preset mid-multipart
rolemint fault ls
rolemint fault rm --all
\`\`\`

The control API has \`PutFault\`, \`PutPreset\`, \`ListFaults\` and \`DeleteFault\` ([control-api.md](../control-api.md)), a
\`rolemint.yaml\` has \`faults:\` ([configuration.md](../configuration.md)):

\`\`\`yaml
faults:
  - { name: s3.slow-down, target: web, probability: 0.1, seed: tuesday, for: 30m }
  - { preset: boot-before-role }
\`\`\`

- **Whom.** \`--target\` is an instance by name or id, \`role:NAME\` (every instance that has the role, and sessions of it that
  are no instance's), or \`all\`. The operator's key and users' keys never meet a fault.
- **When.** \`--when now\`, \`+10m\` or a time by the world's clock, \`lifetime:80%\` of the instance's credentials,
  \`next-refresh\` (the next request for the credential document), \`request:3\` (the third request that the fault could
  affect), \`path:REGEX\`. Several may go together. An expression that takes longer than 250 ms over a path is given up:
  the fault acts no more, and the trace says so (\`gave-up\`).
- **How often.** \`--probability 0.3\` draws for each request from \`--seed\`: the same seed with the same requests in the
  same order gives the same faults. Without a seed one is drawn, and told. \`--times 2\` acts twice on each instance.
  Counts, chance and memory are each instance's own, whatever others do. The metadata service, S3 and the APIs count
  apart, each its own requests.
- **How long.** \`--for\` is world time: \`rolemint clock +1h\` ends what ends within the hour. Without it a fault lasts an
  hour. Waits on the wire (a slow answer, a connection that hangs) are host time.
- **Healing.** At its end, and when it is taken away, a fault undoes what it did, and leaves alone what somebody else has
  changed meanwhile. Faults outlive a restart, and \`--times\` goes on with what is left (from the beginning for
  sessions that are no instance's); requests are counted and chance is drawn from the beginning then. \`Reset\` drops them, and puts those of the config anew.
- **Contradictions.** Two faults at one place, for one instance, at one time are refused with 409 (exit code 1).
- **Traces.** Each begins, acts and ends as an event of kind \`fault\` in \`rolemint trace\` and \`GET /events\`.

Where a credential expires in the middle of something (\`s3.expire-…\`, \`sts.source-expired\`), the one that reaches the point
is refused there from then on, and any other passes: a retry with the same keys fails, one with fetched keys goes on. If
it was the newest, the metadata service has a newer one at once, as on EC2, where the successor is out before. A schedule
without renewal (\`rotation: frozen\`) has none.

## The catalogue

Parameters are written \`key=value\` on the command line (\`first-byte=2s\`), with capitals in the control API
(\`"FirstByte": "2s"\`), and as keys in a \`rolemint.yaml\` (\`firstByte: 2s\`). Rows that say so need containers or power over
the client; everything else works everywhere.

| fault | row | what happens | parameters |
|---|---|---|---|`;

const PRESETS = `## Presets

A preset is put whole or not at all: if one of its faults cannot be, what came before it is taken back. Its faults stand in
\`rolemint fault ls\` like others. Parameters (\`rolemint fault preset role-swapped role=other\`) go to those of its faults
that have them.

| preset | what it plays again | what a good client does | steps |
|---|---|---|---|`;

const METADATA = `## Faults of the metadata service

- What the client did not see is not in the timeline: a request that was reset or never answered has no \`Status\`, and one
  whose document did not arrive whole (cut off, malformed, too slow for the client) has no \`Generation\` and no key.
- Faults at one request go together. What breaks the connection counts more than what would have been said over it. A
  caller whose address is no instance's meets none.
- \`imds.unreachable\` with \`mode=drop\` loses the very packets, so that connecting times out. It works in the compose
  topology, while the service \`net-faults\` runs (\`docker compose --profile net-faults up -d\`); it shares the network of
  \`imds\` and is the only part with NET_ADMIN. After a restart of \`imds\` it follows within seconds; where the container was
  made anew, or \`net-faults\` was stopped, nothing is dropped until the same command has run again, whatever \`fault ls\` says
  of the faults before, and new ones are refused. Where \`net-faults\` was ended with \`docker kill\`, what it dropped stays
  dropped until then. Connections that are open stall as well.
  Elsewhere, with a holder too, it is refused with 409: \`mode=reset\` and \`mode=hang\` work everywhere.
- \`imds.ipv6-only\` needs a holder with IPv6, and an instance with \`metadata: { ipv6: enabled }\`.
- No fault gives keys that EC2 would not: under \`imds.v1-only\` an instance whose tokens are required answers 401 to a
  request without one. For the fallback of old clients take an instance with \`tokens: optional\`.
- \`imds.throttle\` counts for each metadata service (\`scope=shared\`) or each instance there, in world time: with
  \`rolemint clock --freeze\` the bucket stays as empty as it is.
- Clients with less patience than a fault's wait give up: the second that most SDKs wait for metadata is host time.
`;

const CREDENTIALS = `## Faults of credentials, roles and the clock

- \`imds.short-ttl\` issues a generation at its beginning, and each successor five minutes before the end of the one before
  it, or at half its life if that is under ten minutes; at its end one by the instance's own schedule. It holds for
  instances that come to the target later, too.
- \`imds.stale-serve\` and \`imds.wrong-role\` change what is shown, not what is issued: \`ListInstances\` tells what was.
- \`creds.no-overlap-herd\` tells in the event of its end how many metadata requests came at most in one second of world
  time.
- \`role.swap\`, \`role.detach\`, \`role.revoke-sessions\` and \`role.recreate\` do what the calls of EC2 and IAM do, and leave
  their records in the trail as the operator's. They are for the instances and roles that the target means when they
  begin. \`role.swap\` makes an instance profile where the role has none, and takes it away again. An instance whose
  profile another fault has taken is left alone. The sessions of a role are revoked by one fault at a time.
- \`role.revoke-sessions\` denies, as on AWS, every session that was issued before its time; sessions are dated by whole
  seconds, so new credentials of the very same second are denied as well.
- After \`role.recreate\` metadata shows the keys of the role that is gone until the next rotation.
- \`clock.skew-server\` shifts the clock of all services against their clients': the Date of answers, documents, the trail,
  and the check of signatures, for which the host's clock does not count while it lasts. Ages and lifetimes stay what
  they are: nothing is renewed and nothing expires for the shift, as AWS has one clock and it is the client's that is off.
  Times that policies name do not move, and a metadata token that the clock comes before
  or after is refused with 401: a fresh one works. At its end exactly the shift is taken back, wherever the clock was moved
  to meanwhile.
`;

const CLIENTS = `## Faults of the client

\`clock.skew-client\` and \`clock.sleep-resume\` need power over the client's process. A program has to run under
\`rolemint exec INSTANCE -- PROGRAM\` (for a clock that is off: with \`--client-clock\`, say \`+0s\`, which needs libfaketime;
see [time.md](time.md)), or be attached by the [kit for testcontainers](testcontainers.md); else they are refused with 409.

A program that sleeps is stopped with all that it has started (\`SIGSTOP\`), until the fault's end by the world's clock; then
it goes on (\`SIGCONT\`). \`wake-after=2s\` cuts the night short: after two seconds the world's clock goes on to the end. Its
own clock goes on by what has passed for the host, unless it is moved as well. If \`rolemint exec\` or the simulator ends,
however, nothing stays stopped. Not on Windows.
`;

function faultRow({ name, row, says, parameters }: Description): string {
  const told = Object.entries(parameters).map(([parameter, described]) => {
    const key = parameter.replace(/(?<=[a-z\d])(?=[A-Z])/g, "-").toLowerCase();
    return `\`${key}\`: ${described.says}${boundOf(described)}`;
  });
  return cells([`\`${name}\``, row, says, told.join("<br>")]);
}

function boundOf(parameter: Description["parameters"][string]): string {
  const { type, fallback } = parameter;
  const isNeeded = type === "text" && parameter.isNeeded === true;
  const values = type === "choice" ? [parameter.values.map((value) => `\`${value}\``).join(", ")] : [];
  const shown = type === "duration" && fallback !== undefined ? formatDuration(fallback) : fallback;
  const rest = isNeeded ? ["needed"] : shown === undefined ? [] : [`default \`${shown}\``];
  const told = [...values, ...rest].join("; ");
  return told === "" ? "" : ` (${told})`;
}

function presetRow([name, { replays, goodClient, steps }]: [string, Preset]): string {
  return cells([`\`${name}\``, replays, goodClient, steps.map(stepText).join("<br>")]);
}

function stepText(step: Preset["steps"][number]): string {
  if (step.do === "clock") return `the clock moves by ${formatDuration(step.by)}`;
  const { name, given = {}, in: later, for: lasts } = step;
  const parts = Object.entries(given).map(([key, value]) => `${key} ${value}`);
  if (later !== undefined) parts.push(`in ${formatDuration(later)}`);
  if (lasts !== undefined) parts.push(`for ${formatDuration(lasts)}`);
  return `\`${name}\`${parts.length > 0 ? `, ${parts.join(", ")}` : ""}`;
}

function cells(texts: readonly string[]): string {
  return `| ${texts.map((text) => text.replaceAll("|", "\\|")).join(" | ")} |`;
}

if (import.meta.main) writeFileSync(FAULTS_FILE, faultsText());
