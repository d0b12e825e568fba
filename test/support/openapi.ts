// docs/openapi.json: the control API in the words of OpenAPI 3.1, from the shapes that check it.
// https://spec.openapis.org/oas/v3.1.1.html
import { type ControlAction, STATUSES } from "@rolemint/control-plane/control/action";
import { ClientInput, ClientView } from "@rolemint/control-plane/control/client-stream";
import { StreamInput } from "@rolemint/control-plane/control/event-stream";
import { EventView, ListEvents } from "@rolemint/control-plane/control/events";
import { Health } from "@rolemint/control-plane/control/health";
import { CONTROL_ACTIONS } from "@rolemint/control-plane/control/index";
import { writeJson } from "@rolemint/control-plane/control/json";
import { ScheduleView } from "@rolemint/control-plane/control/schedules";
import { type Member, oneOf, required, type Shape, type StructShape, string, struct } from "@rolemint/wire";

export type JsonSchema = Readonly<Record<string, unknown>>;

const LENGTH = String.raw`(?:\d+(?:\.\d+)?(?:ms|[dhms]))+`;
const ErrorBody = struct({
  code: required(oneOf(...Object.keys(STATUSES))),
  message: required(string()),
});
/** Shapes with a name of their own. */
const NAMED = new Map<Shape, string>([
  [ClientView, "ClientState"],
  [EventView, "Event"],
  [ScheduleView, "Schedule"],
]);
const WHEN: Readonly<Record<keyof typeof STATUSES, string>> = {
  InvalidInput: "The body is no JSON object, or a member is missing, wrong or not one of the action's.",
  Unauthorized: "The token is missing or another.",
  Forbidden: "The Host header names another machine, or a page of another origin asks.",
  NotFound: "There is nothing of that name.",
  Conflict: "It cannot be done in this state.",
  InternalFailure: "An unexpected error; the log has it.",
};

export function openApi() {
  const actions = [...CONTROL_ACTIONS.values()];
  return {
    openapi: "3.1.1",
    info: {
      title: "rolemint control API",
      version: "1",
      description:
        "What AWS has no API for: rotation, expiry, faults, the clock and the timeline of a running rolemint. Address and " +
        "token stand in the ready file.",
      license: { name: "Apache-2.0", identifier: "Apache-2.0" },
    },
    servers: [{ url: "http://127.0.0.1:{port}", variables: { port: { default: "4567" } } }],
    security: [{ token: [] }],
    paths: {
      ...Object.fromEntries(actions.map((action) => [`/${action.name}`, { post: operationOf(action) }])),
      "/client": { get: CLIENT },
      "/events": { get: EVENTS },
      "/health": { get: HEALTH },
    },
    components: {
      securitySchemes: {
        token: { type: "http", scheme: "bearer", description: "`controlToken` of the ready file" },
      },
      schemas: schemas(actions),
      responses: Object.fromEntries(
        Object.entries(WHEN).map(([code, description]) => [code, { description, content: json(reference("Error")) }]),
      ),
    },
  };
}

export function openApiText(): string {
  return `${JSON.stringify(openApi(), null, 2)}\n`;
}

/** What may come back instead of the answer, by status. */
const REFUSALS = Object.fromEntries(
  Object.entries(STATUSES).map(([code, status]) => [String(status), { $ref: `#/components/responses/${code}` }]),
);

const EVENTS = {
  operationId: "StreamEvents",
  summary: "The events of ListEvents as they come, one JSON object a line; the stream goes on until the reader leaves.",
  parameters: Object.entries(StreamInput.members).map(parameterOf),
  responses: {
    "200": {
      description: "Each line is one `Event`.",
      content: { "application/x-ndjson": { schema: { type: "string", description: "lines of `Event`" } } },
    },
    "400": REFUSALS["400"],
    "401": REFUSALS["401"],
    "403": REFUSALS["403"],
  },
};

const CLIENT = {
  operationId: "AttachClient",
  summary:
    "Attaches a program over whose process the caller has power to its instance; how it is to be for the faults of " +
    "clients, one JSON object a line, until the connection ends.",
  parameters: Object.entries(ClientInput.members).map(([name, { shape, says, presence }]) => ({
    name,
    in: "query",
    required: presence === "required",
    description: says,
    schema: schemaOf(shape),
  })),
  responses: {
    "200": {
      description: "Each line is one `ClientState`.",
      content: { "application/x-ndjson": { schema: { type: "string", description: "lines of `ClientState`" } } },
    },
    "400": REFUSALS["400"],
    "401": REFUSALS["401"],
    "403": REFUSALS["403"],
    "404": REFUSALS["404"],
    "409": REFUSALS["409"],
  },
};

const HEALTH = {
  operationId: "Health",
  summary: "How each part is; needs no token.",
  security: [],
  responses: {
    "200": { description: "How each part is.", content: json(reference("Health")) },
    "403": REFUSALS["403"],
  },
};

/** Said as of the member of ListEvents; a list is a parameter that may stand several times. */
function parameterOf([name, { shape }]: [string, Member]): object {
  const member = `${name.slice(0, 1).toUpperCase()}${name.slice(1)}${shape.kind === "list" ? "s" : ""}`;
  const { says } = ListEvents.input.members[member]!;
  return { name, in: "query", ...(says !== undefined && { description: says }), schema: schemaOf(shape) };
}

function operationOf({ name, says, input }: ControlAction): object {
  const isNeeded = Object.values(input.members).some(({ presence }) => presence === "required");
  return {
    operationId: name,
    summary: says,
    requestBody: { required: isNeeded, content: json(reference(`${name}Input`)) },
    responses: { "200": { description: "Done.", content: json(reference(`${name}Output`)) }, ...REFUSALS },
  };
}

function schemas(actions: readonly ControlAction[]): Record<string, JsonSchema> {
  const own = actions.flatMap(({ name, input, output }) => [
    [`${name}Input`, { ...structSchema(input), additionalProperties: false }],
    [`${name}Output`, NAMED.has(output) ? schemaOf(output) : structSchema(output)],
  ]);
  const named = [...NAMED].map(([shape, name]) => [name, structSchema(shape as StructShape)]);
  return {
    Duration: { type: "string", pattern: `^${LENGTH}$`, examples: ["6h20m", "90s", "500ms"] },
    SignedDuration: { type: "string", pattern: `^[+-]?${LENGTH}$`, examples: ["6h20m", "-1h"] },
    Error: structSchema(ErrorBody),
    Health: structSchema(Health),
    ...Object.fromEntries([...named, ...own]),
  };
}

function structSchema({ members }: StructShape): JsonSchema {
  const entries = Object.entries(members);
  const needed = entries.filter(([, { presence }]) => presence === "required").map(([name]) => name);
  return {
    type: "object",
    properties: Object.fromEntries(entries.map(([name, member]) => [name, memberSchema(member)])),
    ...(needed.length > 0 && { required: needed }),
  };
}

function memberSchema({ shape, says, fallback }: Member): JsonSchema {
  return {
    ...schemaOf(shape),
    ...(says !== undefined && { description: says }),
    ...(fallback !== undefined && { default: writeJson(shape, fallback) }),
  };
}

function schemaOf(shape: Shape): JsonSchema {
  const name = NAMED.get(shape);
  if (name !== undefined) return reference(name);
  switch (shape.kind) {
    case "struct":
      return structSchema(shape);
    case "list":
      return { type: "array", items: schemaOf(shape.item), ...limits("Items", shape) };
    case "string":
      return {
        type: "string",
        ...limits("Length", shape),
        ...(shape.values && { enum: shape.values }),
        ...(shape.pattern !== undefined && { pattern: `^(?:${shape.pattern})$` }),
      };
    case "integer":
    case "number":
      return { type: shape.kind, ...limits("imum", shape) };
    case "boolean":
      return { type: "boolean" };
    case "timestamp":
      return { type: "string", format: "date-time" };
    case "duration":
      return reference(shape.isSigned ? "SignedDuration" : "Duration");
    case "document":
      return { type: "object" };
  }
}

/** `minItems`, `maxLength`, `minimum` */
function limits(of: string, { min, max }: { readonly min?: number; readonly max?: number }): JsonSchema {
  return { ...(min !== undefined && { [`min${of}`]: min }), ...(max !== undefined && { [`max${of}`]: max }) };
}

function reference(name: string): JsonSchema {
  return { $ref: `#/components/schemas/${name}` };
}

function json(schema: JsonSchema): object {
  return { "application/json": { schema } };
}
