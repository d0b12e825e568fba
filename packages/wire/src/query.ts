// The AWS query protocol (IAM, STS) and its EC2 variant: forms in, XML out. What differs is a row of `dialects`.
// https://smithy.io/2.0/aws/protocols/aws-query-protocol.html, …/aws-ec2-query-protocol.html
import { type AwsError, notImplemented } from "./error.ts";
import { type FormNode, numbered } from "./form.ts";
import { toJson } from "./json.ts";
import { type Answer, Malformed, type Operation, UnknownMember } from "./operation.ts";
import { type Member, refuseOwn, type Shape, type StructShape } from "./shape.ts";
import { lowerFirst } from "./validate.ts";
import { element, escapeXml } from "./xml.ts";

interface Dialect {
  items(node: FormNode): FormNode[];
  readonly itemElement: string;
  sentName(name: string, member: Member): string;
  answeredName(name: string, member: Member): string;
  readonly indent: string;
  time(milliseconds: number): string;
  /** Whether a member that the model lacks is refused. */
  readonly strict: boolean;
}

const dialects = {
  query: {
    items: (node) => numbered(node.children.get("member") ?? node),
    itemElement: "member",
    indent: "  ",
    time: (milliseconds) => new Date(milliseconds).toISOString().replace(".000Z", "Z"),
    sentName: (name, member) => member.sent ?? name,
    answeredName: (name, member) => member.answered ?? name,
    strict: false,
  },
  ec2: {
    items: numbered,
    itemElement: "item",
    indent: "    ",
    time: (milliseconds) => new Date(milliseconds).toISOString(),
    sentName: (name, member) => member.sent ?? name,
    answeredName: (name, member) => member.answered ?? lowerFirst(name),
    strict: true,
  },
} satisfies Record<string, Dialect>;

export type DialectName = keyof typeof dialects;

/** Parameters that every request may carry and no operation declares. */
const COMMON = new Set(["Action", "Version"]);

/**
 * The operation's input from its parameters. Throws `Malformed` for a value of the wrong type, 501 for a member that
 * AWS has and we lack, and in EC2's dialect `UnknownMember`.
 */
export function decodeQuery(dialectName: DialectName, operation: Operation, form: FormNode): Record<string, unknown> {
  return decodeStruct(dialects[dialectName], operation.input, form, "", operation.name);
}

function decodeStruct(
  dialect: Dialect,
  shape: StructShape,
  form: FormNode,
  path: string,
  operation: string,
): Record<string, unknown> {
  const value: Record<string, unknown> = {};
  const known = new Set<string>();
  for (const [name, member] of Object.entries(shape.members)) {
    const sent = dialect.sentName(name, member);
    known.add(sent);
    const node = form.children.get(sent);
    if (node) value[name] = decodeValue(dialect, member.shape, node, join(path, sent), operation);
  }
  for (const name of form.children.keys()) {
    if (known.has(name) || (path === "" && COMMON.has(name))) continue;
    if (shape.lacks.includes(name)) throw notImplemented(`${operation} ${join(path, name)}`);
    if (dialect.strict) throw new UnknownMember(join(path, name));
  }
  return value;
}

function decodeValue(dialect: Dialect, shape: Shape, node: FormNode, path: string, operation: string): unknown {
  switch (shape.kind) {
    case "struct":
      return decodeStruct(dialect, shape, node, path, operation);
    case "list":
      return dialect
        .items(node)
        .map((item, index) => decodeValue(dialect, shape.item, item, `${path}.${index + 1}`, operation));
    case "string":
    case "integer":
    case "boolean":
    case "timestamp":
      return decodeScalar(shape.kind, node.value, path);
    case "number":
    case "duration":
    case "document":
      return refuseOwn(shape);
  }
}

function decodeScalar(kind: "string" | "integer" | "boolean" | "timestamp", text: string | undefined, path: string) {
  if (text === undefined) throw new Malformed(path, "", kind);
  switch (kind) {
    case "string":
      return text;
    case "integer":
      if (!/^-?\d{1,15}$/.test(text)) throw new Malformed(path, text, kind);
      return Number(text);
    case "boolean":
      if (!/^(?:true|false)$/i.test(text)) throw new Malformed(path, text, kind);
      return text.toLowerCase() === "true";
    case "timestamp": {
      const time = Date.parse(text);
      if (Number.isNaN(time)) throw new Malformed(path, text, kind);
      return time;
    }
  }
}

function join(path: string, name: string): string {
  return path === "" ? name : `${path}.${name}`;
}

/** `<CreateRoleResponse><CreateRoleResult>…`; an operation without output has no Result element. */
export function encodeQuery(operation: Operation, output: object, xmlns: string, requestId: string): Answer {
  const { name } = operation;
  const hasResult = hasMembers(operation) || operation.output.isWrapped;
  const result = hasResult ? encodeValue(dialects.query, `${name}Result`, operation.output, output, "  ") : "";
  const metadata = `  <ResponseMetadata>\n    ${element("RequestId", requestId)}\n  </ResponseMetadata>\n`;
  return xml(200, `<${name}Response xmlns="${xmlns}">\n${result}${metadata}</${name}Response>\n`);
}

/** `<RunInstancesResponse><requestId>…`; an operation without output answers `<return>true</return>`. */
export function encodeEc2(operation: Operation, output: object, xmlns: string, requestId: string): Answer {
  const { name } = operation;
  const members = encodeMembers(dialects.ec2, operation.output, output as Record<string, unknown>, "    ");
  const inside = hasMembers(operation) ? members : "    <return>true</return>\n";
  const body = `<${name}Response xmlns="${xmlns}">\n    ${element("requestId", requestId)}\n${inside}</${name}Response>`;
  return ec2Xml(200, body);
}

function hasMembers(operation: Operation): boolean {
  return Object.keys(operation.output.members).length > 0;
}

function encodeMembers(dialect: Dialect, shape: StructShape, value: Record<string, unknown>, indent: string): string {
  let text = "";
  for (const [name, member] of Object.entries(shape.members)) {
    const given = value[name];
    if (given !== undefined)
      text += encodeValue(dialect, dialect.answeredName(name, member), member.shape, given, indent);
  }
  return text;
}

function encodeValue(dialect: Dialect, name: string, shape: Shape, value: unknown, indent: string): string {
  const inner = indent + dialect.indent;
  switch (shape.kind) {
    case "struct": {
      const members = encodeMembers(dialect, shape, value as Record<string, unknown>, inner);
      return wrap(name, members, indent);
    }
    case "list": {
      const items = (value as unknown[]).map((item) =>
        encodeValue(dialect, dialect.itemElement, shape.item, item, inner),
      );
      return wrap(name, items.join(""), indent);
    }
    case "timestamp":
      return `${indent}<${name}>${dialect.time(value as number)}</${name}>\n`;
    case "string":
    case "integer":
    case "boolean":
      return `${indent}<${name}>${escapeXml(String(value))}</${name}>\n`;
    case "number":
    case "duration":
    case "document":
      return refuseOwn(shape);
  }
}

function wrap(name: string, inside: string, indent: string): string {
  return inside === "" ? `${indent}<${name}/>\n` : `${indent}<${name}>\n${inside}${indent}</${name}>\n`;
}

/** `<ErrorResponse><Error><Type>Sender</Type>…` */
export function encodeQueryError(error: AwsError, xmlns: string, requestId: string): Answer {
  const type = error.status < 500 ? "Sender" : "Receiver";
  const inner = `    ${element("Type", type)}\n    ${element("Code", error.code)}\n    ${element("Message", error.message)}\n`;
  const body = `<ErrorResponse xmlns="${xmlns}">\n  <Error>\n${inner}  </Error>\n  ${element("RequestId", requestId)}\n`;
  return xml(error.status, `${body}</ErrorResponse>\n`);
}

/** `<Response><Errors><Error>…<RequestID>` */
export function encodeEc2Error(error: AwsError, requestId: string): Answer {
  const inner = `${element("Code", error.code)}${element("Message", error.message)}`;
  return ec2Xml(
    error.status,
    `<Response><Errors><Error>${inner}</Error></Errors>${element("RequestID", requestId)}</Response>`,
  );
}

function ec2Xml(status: number, body: string): Answer {
  return { status, contentType: "text/xml;charset=UTF-8", body: `<?xml version="1.0" encoding="UTF-8"?>\n${body}` };
}

function xml(status: number, body: string): Answer {
  return { status, contentType: "text/xml", body };
}

/** The same answer in JSON: `{"GetCallerIdentityResponse":{"GetCallerIdentityResult":{…},"ResponseMetadata":{…}}}`. */
export function encodeQueryJson(operation: Operation, output: object, requestId: string): Answer {
  const isEmpty = Object.keys(operation.output.members).length === 0;
  const result = isEmpty ? {} : { [`${operation.name}Result`]: toJson(operation.output, output) };
  const response = { [`${operation.name}Response`]: { ...result, ResponseMetadata: { RequestId: requestId } } };
  return { status: 200, contentType: "application/json", body: JSON.stringify(response) };
}

export function encodeQueryJsonError(error: AwsError, requestId: string): Answer {
  const type = error.status < 500 ? "Sender" : "Receiver";
  const body = { Error: { Code: error.code, Message: error.message, Type: type }, RequestId: requestId };
  return { status: error.status, contentType: "application/json", body: JSON.stringify(body) };
}
