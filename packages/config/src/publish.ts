// The JSON Schema and the manual of rolemint.yaml, made from the schema that checks it. Run this file to write both;
// a test fails while what is committed differs.
import { writeFileSync } from "node:fs";
import { formatDuration } from "@rolemint/host/duration";
import { PROFILES, type Schedule } from "@rolemint/world/rotation";
import * as z from "zod";
import { schema } from "./schema.ts";
import { initialConfigText } from "./starter.ts";

export const JSON_SCHEMA_FILE = new URL("../rolemint.schema.json", import.meta.url);
export const MANUAL_FILE = new URL("../../../docs/configuration.md", import.meta.url);

type JsonSchema = z.core.JSONSchema.JSONSchema;

export function jsonSchema(): JsonSchema {
  return { ...z.toJSONSchema(schema, { io: "input" }), title: "rolemint.yaml" };
}

export function jsonSchemaText(): string {
  return `${JSON.stringify(jsonSchema(), null, 2)}\n`;
}

export function manualText(): string {
  const parts = [INTRODUCTION, "```yaml", initialConfigText().trimEnd(), "```", ""];
  parts.push(...sections(jsonSchema(), []), ROTATION, profileTable(), "", RULES);
  return parts.join("\n");
}

const INTRODUCTION = `<!-- Made by packages/config/src/publish.ts from the schema; change that, then run it. -->
# rolemint.yaml

\`rolemint up\` reads \`./rolemint.yaml\`, or the file given by \`--config\`; without a file it runs the built-in world:
account 111122223333 in us-east-1, a running instance \`web\` without a profile, a bucket \`demo\` with \`hello.txt\`.
The file is YAML 1.2 or JSON. A key that is not listed here, a bad value or a name that leads nowhere is refused with
file, line and a suggestion, and nothing starts. Editors may use \`packages/config/rolemint.schema.json\`.

What \`rolemint init\` writes:
`;

const ROTATION = `## Rotation profiles

| profile | lifetime | renewed every | jitter |
|---|---|---|---|`;

const RULES = `## The file again

\`rolemint apply\`, and a start on a state that is there, bring the world to the file:

- What it names is brought to what it says. A setting that the file took from its default goes back to the default when
  the file no longer says it.
- What an earlier file gave to something that this one still names, and this one gives no more, is taken away: a policy,
  a permissions boundary, a tag, an access key, an instance's role, user data or address, a bucket's policy. An instance
  that loses its role gets no new credentials; those it has are good until they expire, as on AWS.
- What the API has changed since stays as it is and is listed: \`policy of bucket demo\`. An access key that was made
  inactive is changed.
- What was made by API is left alone.
- Roles, policies, users, instances and buckets of an earlier file that this one does not name are left and listed.
- Objects are put only when their bucket is made.
- Faults are put at the first start, and after each Reset. An entry that stands as it stood is left alone, also when it
  is over; one that is gone or was changed takes its faults away, and they heal. What the API put is left alone. See
  [guides/faults.md](guides/faults.md).
- Another account or region is refused: it needs another state.

## Policies

A policy is an AWS policy document: a mapping, a text that holds JSON, or \`{ file: ./p.json }\` with a path relative to
this file. A file or a text is kept byte for byte; a mapping becomes compact JSON with its keys in the order written.
Every policy is held against AWS's own grammar and size limits. \`managedPolicies\` and \`permissionsBoundary\` take
ARNs, as AWS does: a policy \`reports\` in \`policies\` is
\`arn:aws:iam::ACCOUNT:policy/reports\`.

A user or role that a trust or bucket policy names must be in this file, and the policy is for that one: who is made
anew under the name is not meant. A bucket policy may name other accounts, not their users and roles.

## Values

- Durations are written \`6h20m\`, \`90s\`, \`1.5h\`, \`500ms\`, \`1d\`; a bare number is refused.
- Times are ISO 8601, \`2026-11-22T05:30:00Z\`.
- An account id without quotes is taken digit by digit, so a leading zero is safe.
- Tags are texts: a number or \`true\` needs quotes.
- Anchors and aliases work; merge keys (\`<<\`), tags of your own and a second document are refused, and so
  is a file over 1 MiB.
- IAM does not tell capitals from small letters in names: \`App\` and \`app\` are the same role.
- An instance goes by its \`Name\` tag; two instances may not go by the same name.
- \`instanceProfile\` names a profile that another instance's \`role\` makes, or one that the state has already.
`;

/** The mapping's own table, then those of what is in it. */
function sections(from: JsonSchema, path: readonly string[]): string[] {
  const title = path.length === 0 ? "Top level" : `\`${path.join(".").replaceAll(".[]", "[]")}\``;
  const properties = Object.entries(from.properties ?? {}) as [string, JsonSchema][];
  const rows = properties.map(([key, value]) => row(key, value, from.required?.includes(key) ?? false));
  const head = [`## ${title}`, "", "| key | value | default | |", "|---|---|---|---|"];
  const inner = properties.flatMap(([key, value]) => innerMappings(value, [...path, key]));
  return [...head, ...rows, "", ...inner.flatMap(({ at, schema: below }) => sections(below, at))];
}

function row(key: string, value: JsonSchema, isRequired: boolean): string {
  const plain = ["string", "number", "boolean"].includes(typeof value.default);
  const fallback = isRequired ? "required" : plain ? `\`${String(value.default)}\`` : "";
  const cells = [`\`${key}\``, kindOf(value), fallback, value.description ?? ""];
  return `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
}

/** The mappings with keys of their own inside a value, where `NAME` stands for a name and `[]` for an item. */
function innerMappings(value: JsonSchema, at: readonly string[]): { schema: JsonSchema; at: readonly string[] }[] {
  if (value.properties) return [{ schema: value, at }];
  const { additionalProperties: named, items } = value;
  const inner = isSchema(named) ? innerMappings(named, [...at, "NAME"]) : [];
  const listed = isSchema(items) ? innerMappings(items, [...at, "[]"]) : [];
  const either = (value.anyOf ?? []).flatMap((branch) => (isSchema(branch) ? innerMappings(branch, at) : []));
  return [...inner, ...listed, ...either];
}

function isSchema(value: unknown): value is JsonSchema {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function kindOf(value: JsonSchema): string {
  if (value.title !== undefined) return value.title;
  if (value.const !== undefined) return `\`${String(value.const)}\``;
  if (value.enum) return value.enum.map((one) => `\`${String(one)}\``).join(", ");
  if (value.anyOf) return value.anyOf.map((branch) => (isSchema(branch) ? kindOf(branch) : "")).join(", or ");
  if (value.type === "array") return "list";
  if (value.type === "object") return value.properties ? "mapping" : "mapping of names";
  if (value.type === "boolean") return "`true`, `false`";
  if (value.type === "integer") return `${value.minimum} to ${value.maximum}`;
  return "text";
}

function profileTable(): string {
  const rows = Object.entries(PROFILES as Readonly<Record<string, Schedule>>).map(([name, schedule]) => {
    const { lifetime, renewEvery, jitter } = schedule;
    const [renewed, added] = [renewEvery, jitter].map((length) => (length === undefined ? "" : formatDuration(length)));
    return `| \`${name}\` | ${formatDuration(lifetime)} | ${renewed || "never"} | ${added} |`;
  });
  return rows.join("\n");
}

if (import.meta.main) {
  writeFileSync(JSON_SCHEMA_FILE, jsonSchemaText());
  writeFileSync(MANUAL_FILE, manualText());
}
