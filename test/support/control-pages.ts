// Writes docs/openapi.json and docs/control-api.md from the actions of the control API themselves.
import { writeFileSync } from "node:fs";
import type { ControlAction } from "@rolemint/control-plane/control/action";
import { ClientView } from "@rolemint/control-plane/control/client-stream";
import { StreamInput } from "@rolemint/control-plane/control/event-stream";
import { EventView } from "@rolemint/control-plane/control/events";
import { CONTROL_ACTIONS } from "@rolemint/control-plane/control/index";
import { ScheduleView } from "@rolemint/control-plane/control/schedules";
import type { Member, Shape, StructShape } from "@rolemint/wire";
import { openApiText } from "./openapi.ts";

export const OPENAPI_FILE = "docs/openapi.json";
export const MANUAL_FILE = "docs/control-api.md";

export function manualText(): string {
  return [INTRODUCTION, ...[...CONTROL_ACTIONS.values()].map(section), EVENTS].join("\n");
}

const INTRODUCTION = `<!-- Made by test/support/control-pages.ts from the code; \`make docs\` writes it anew. -->
# The control API

What AWS has an API for is done through AWS's API. The rest is here: \`POST <control>/<Action>\` on 127.0.0.1 (default port
4567; in containers a free port, and \`rolemint connect\` writes it), a JSON object in, JSON out, with
\`Authorization: Bearer <controlToken>\`. Address and token stand in the ready file (\`.rolemint/ready.json\`):

\`\`\`
control() { python3 - "$@" <<'PY'
import json, sys, urllib.request
ready = json.load(open(".rolemint/ready.json"))
request = urllib.request.Request(f'{ready["endpoints"]["control"]}/{sys.argv[1]}', (sys.argv[2] if len(sys.argv) > 2 else "{}").encode(),
                                 {"Authorization": f'Bearer {ready["controlToken"]}'})
print(json.dumps(json.load(urllib.request.urlopen(request)), indent=2))
PY
}
control RotateCredentials '{"Instance":"web"}'
\`\`\`

[openapi.json](openapi.json) describes all of this for machines. In a test suite: [pytest](guides/pytest.md),
[Go](guides/go.md).

Durations are \`6h20m\`, \`90s\`, \`1.5h\`, \`500ms\`, \`1d\`; times ISO 8601. Errors are \`{ "code", "message" }\` with 400 (bad
input), 401 (token), 403 (foreign \`Host\` or \`Origin\`), 404 (nothing of that name), 409 (not in this
state), 500 (an error of ours; the log has it). A member that
an action does not take is refused. A \`?\` follows the name of what may be absent.
`;

const parameters = Object.keys(StreamInput.members)
  .map((name) => `\`${name}\``)
  .join(", ");

const EVENTS = `## The stream, and health

\`GET /events\` streams events as lines of JSON, and goes on until the reader leaves. Its parameters are those of
ListEvents, of which \`kind\` may stand several times: ${parameters}. \`GET /health\` needs no token.

An event is ${signature(EventView)}. Never a secret.

\`GET /client?instance=web&clock=false\` is for who has power over a program's process, as \`rolemint exec\` has: it attaches
the program to its instance, and streams how it is to be, ${signature(ClientView)} a line, until the connection ends. Without
anybody attached the faults of clients answer 409.

## Moving the clock

Expiry, rotation, \`Date\` and the trail are world time. A signature's date is good by the world's clock or by the host's
(\`clock.strict: true\`: the world's only). A client whose own clock is not moved does not refresh by itself.
`;

function section({ name, says, input, output }: ControlAction): string {
  const rows = Object.entries(input.members).map(row);
  const table = rows.length === 0 ? [] : ["| takes | | |", "|---|---|---|", ...rows, ""];
  const answer = Object.keys(output.members).length === 0 ? "`{}`" : signature(output);
  return [`## ${name}`, "", says, "", ...table, `Answers ${answer}.`, ""].join("\n");
}

function row([name, { shape, presence, fallback, says }]: [string, Member]): string {
  const isFree = presence !== "required";
  const told = [says, fallback === undefined ? undefined : `default ${fallback}`].filter((part) => part !== undefined);
  return `| \`${name}${isFree ? "?" : ""}\` | ${kindOf(shape)} | ${told.join("; ").replaceAll("|", "\\|")} |`;
}

function kindOf(shape: Shape): string {
  switch (shape.kind) {
    case "struct":
      return signature(shape);
    case "list":
      return `list of ${kindOf(shape.item)}`;
    case "string":
      return shape.values ? shape.values.map((value) => `\`${value}\``).join(", ") : "text";
    case "integer":
    case "number": {
      const { min, max } = shape;
      if (min !== undefined && max !== undefined) return `${min} to ${max}`;
      const bound = min !== undefined ? ` from ${min}` : max !== undefined ? ` up to ${max}` : "";
      return `${shape.kind === "integer" ? "whole number" : "number"}${bound}`;
    }
    case "boolean":
      return "`true`, `false`";
    case "timestamp":
      return "time";
    case "duration":
      return "duration";
    case "document":
      return "object";
  }
}

function signature(shape: StructShape): string {
  return `\`${plainSignature(shape)}\``;
}

/** `{ Events: [{ Id, Time }], Next }`; a schedule, which several answers have, by its name. */
function plainSignature(shape: StructShape): string {
  const members = Object.entries(shape.members).map(([name, { shape: inside, presence }]) => {
    const optional = presence === "required" ? "" : "?";
    return `${name}${optional}${insideSignature(inside)}`;
  });
  return `{ ${members.join(", ")} }`;
}

function insideSignature(shape: Shape): string {
  if (shape === ScheduleView || shape === EventView) return "";
  if (shape.kind === "struct") return `: ${plainSignature(shape)}`;
  if (shape.kind !== "list") return "";
  if (shape.item === EventView) return ": [event]";
  return shape.item.kind === "struct" ? `: [${plainSignature(shape.item)}]` : "";
}

if (import.meta.main) {
  writeFileSync(OPENAPI_FILE, openApiText());
  writeFileSync(MANUAL_FILE, manualText());
}
