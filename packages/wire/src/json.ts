// JSON 1.1 (CloudTrail, and the seam between our containers): shapes to and from JSON, times as epoch seconds.
// https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html
import { type AwsError, notImplemented } from "./error.ts";
import { type Answer, Malformed, type Operation } from "./operation.ts";
import { refuseOwn, type Shape, type StructShape } from "./shape.ts";

const CONTENT_TYPE = "application/x-amz-json-1.1";

/**
 * The operation's input from a JSON text. Throws `Malformed` for text that is not JSON or a value of the wrong type,
 * and 501 for a member that AWS has and we lack. Members that AWS does not know are ignored.
 */
export function decodeJson(operation: Operation, text: string): Record<string, unknown> {
  let parsed: unknown;
  try {
    parsed = text === "" ? {} : JSON.parse(text);
  } catch {
    throw new Malformed("", text.slice(0, 100), "structure");
  }
  return fromJson(operation.input, parsed, "", operation.name) as Record<string, unknown>;
}

export function encodeJson(operation: Operation, output: object): Answer {
  return { status: 200, contentType: CONTENT_TYPE, body: JSON.stringify(toJson(operation.output, output)) };
}

/** `{"__type":"InvalidTimeRangeException","Message":"…"}` */
export function encodeJsonError(error: AwsError): Answer {
  const body = JSON.stringify({ __type: error.code, Message: error.message });
  return { status: error.status, contentType: CONTENT_TYPE, body };
}

/** A value checked against its shape. JSON null counts as absent. */
export function fromJson(shape: Shape, value: unknown, path: string, operation: string): unknown {
  switch (shape.kind) {
    case "struct":
      if (typeof value !== "object" || value === null || Array.isArray(value)) break;
      return structFromJson(shape, value as Record<string, unknown>, path, operation);
    case "list":
      if (!Array.isArray(value)) break;
      return value.map((item, index) => fromJson(shape.item, item, `${path}.${index + 1}`, operation));
    case "string":
      if (typeof value !== "string") break;
      return value;
    case "integer":
      if (!Number.isSafeInteger(value)) break;
      return value;
    case "boolean":
      if (typeof value !== "boolean") break;
      return value;
    case "timestamp":
      if (typeof value !== "number" || !Number.isFinite(value)) break;
      return Math.round(value * 1000);
    case "number":
    case "duration":
    case "document":
      return refuseOwn(shape);
  }
  throw new Malformed(path, String(JSON.stringify(value)), shape.kind === "struct" ? "structure" : shape.kind);
}

function structFromJson(shape: StructShape, given: Record<string, unknown>, path: string, operation: string) {
  const value: Record<string, unknown> = {};
  for (const [name, inside] of Object.entries(given)) {
    const at = path === "" ? name : `${path}.${name}`;
    if (shape.lacks.includes(name)) throw notImplemented(`${operation} ${at}`);
    const member = Object.hasOwn(shape.members, name) ? shape.members[name] : undefined;
    if (member && inside !== null) value[name] = fromJson(member.shape, inside, at, operation);
  }
  return value;
}

export function toJson(shape: Shape, value: unknown): unknown {
  switch (shape.kind) {
    case "struct": {
      const given = value as Record<string, unknown>;
      const made: Record<string, unknown> = {};
      for (const [name, member] of Object.entries(shape.members)) {
        if (given[name] !== undefined) made[name] = toJson(member.shape, given[name]);
      }
      return made;
    }
    case "list":
      return (value as unknown[]).map((item) => toJson(shape.item, item));
    case "timestamp":
      return (value as number) / 1000;
    case "string":
    case "integer":
    case "boolean":
      return value;
    case "number":
    case "duration":
    case "document":
      return refuseOwn(shape);
  }
}
