// AWS's SDK as an oracle: its real clients with their sockets cut off, so that a request can be looked at and an answer
// handed in, and the schemas that it publishes, read as lists of members.
import * as cloudtrail from "@aws-sdk/client-cloudtrail";
import * as ec2 from "@aws-sdk/client-ec2";
import * as iam from "@aws-sdk/client-iam";
import * as sts from "@aws-sdk/client-sts";
import type { IncomingCall, Service } from "@rolemint/control-plane";
import { cloudtrail as cloudtrailService } from "@rolemint/control-plane/cloudtrail/service";
import { ec2 as ec2Service } from "@rolemint/control-plane/ec2/service";
import { iam as iamService } from "@rolemint/control-plane/iam/service";
import { sts as stsService } from "@rolemint/control-plane/sts/service";
import type { Answer } from "@rolemint/wire";

interface SentRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array;
}

interface Client {
  send(command: object): Promise<Record<string, unknown>>;
}

type Sdk = Readonly<Record<string, unknown>>;

export interface Oracle {
  readonly service: Service;
  /** Names of the operations in the SDK's model. */
  readonly operations: readonly string[];
  input(operation: string): SdkStruct;
  /** Undefined where the operation answers nothing at all. */
  output(operation: string): SdkStruct | undefined;
  /** What the client would send. */
  sent(operation: string, input: object): Promise<IncomingCall>;
  /** What the client makes of an answer; throws what it throws. */
  parsed(operation: string, answer: Answer): Promise<Record<string, unknown>>;
}

export const oracles = {
  iam: oracleOver(iamService, iam, iam.IAMClient),
  sts: oracleOver(stsService, sts, sts.STSClient),
  ec2: oracleOver(ec2Service, ec2, ec2.EC2Client),
  cloudtrail: oracleOver(cloudtrailService, cloudtrail, cloudtrail.CloudTrailClient),
} satisfies Record<string, Oracle>;

function oracleOver(service: Service, sdk: object, ClientClass: new (config: never) => unknown): Oracle {
  const names = sdk as Sdk;
  const operations = Object.keys(names)
    .filter((name) => /^[A-Z]\w*Command$/.test(name))
    .map((name) => name.slice(0, -"Command".length));
  const schemaOf = (operation: string) => names[`${operation}$`] as readonly unknown[];
  const run = (answer: Answer, seen: (request: SentRequest) => void, operation: string, input: object) => {
    const Command = names[`${operation}Command`] as new (input: object) => object;
    return clientWith(ClientClass, answer, seen).send(new Command(input));
  };
  return {
    service,
    operations,
    input: (operation) => readSchema(schemaOf(operation)[4]) as SdkStruct,
    output(operation) {
      const shape = readSchema(schemaOf(operation)[5]);
      return shape.kind === "struct" ? shape : undefined;
    },
    async sent(operation, input) {
      let request: SentRequest | undefined;
      const note = (seen: SentRequest) => {
        request = seen;
      };
      await run(NOTHING, note, operation, input).catch((error: unknown) => {
        if (!request) throw error;
      });
      return callOf(request!);
    },
    parsed: (operation, answer) =>
      run(answer, () => {}, operation, inputThatPasses(readSchema(schemaOf(operation)[4]))),
  };
}

const NOTHING: Answer = { status: 200, contentType: "text/xml", body: "" };

/** A client that signs nothing, retries nothing and talks to nobody. */
function clientWith(ClientClass: new (config: never) => unknown, answer: Answer, seen: (request: SentRequest) => void) {
  const { status: statusCode, contentType, body } = answer;
  const requestHandler = {
    async handle(request: SentRequest) {
      seen(request);
      const headers = { "content-type": contentType, "x-amzn-requestid": "7a62c49f-347e-4fc4-9331-6e8eEXAMPLE" };
      return { response: { statusCode, headers, body: new Uint8Array(Buffer.from(body)) } };
    },
  };
  const config = {
    region: "us-east-1",
    maxAttempts: 1,
    credentials: { accessKeyId: "AKIAIOSFODNN7EXAMPLE", secretAccessKey: "EXAMPLE" },
    signer: { sign: async (request: SentRequest) => request },
    requestHandler,
  };
  return new ClientClass(config as never) as Client;
}

function callOf({ method, path, headers, body }: SentRequest): IncomingCall {
  const rawHeaders = Object.entries(headers).flat();
  return { method, target: path, rawHeaders, body: bytesOf(body), sourceIp: "192.0.2.10", isSecure: false };
}

/** Some protocols of the SDK give a Uint8Array that passes for a string. */
function bytesOf(body: string | Uint8Array): Buffer {
  return typeof body === "string"
    ? Buffer.from(body, "utf8")
    : Buffer.from(new Uint8Array(body.buffer, body.byteOffset, body.byteLength));
}

/** Endpoint rules and validation in the SDK want no more than the required members. */
function inputThatPasses(shape: SdkShape): object {
  return shape.kind === "struct" ? Object.fromEntries(shape.members.map(({ name }) => [name, undefined])) : {};
}

export type SdkShape =
  | SdkStruct
  | { readonly kind: "list"; item(): SdkShape }
  | { readonly kind: "string" | "number" | "boolean" | "timestamp" | "nothing" | "other" };

export interface SdkStruct {
  readonly kind: "struct";
  readonly members: readonly {
    readonly name: string;
    /** Names on the wire, where the schema says others. */
    readonly sent: string | undefined;
    readonly answered: string | undefined;
    shape(): SdkShape;
  }[];
}

const LIST_OF = 64;
const SIMPLE = { 0: "string", 1: "number", 2: "boolean", 4: "timestamp", 5: "timestamp", 7: "timestamp" } as const;

/** The SDK writes schemas as tuples that begin with their kind, and simple ones as numbers. */
function readSchema(raw: unknown): SdkShape {
  if (typeof raw === "function") return readSchema((raw as () => unknown)());
  if (raw === "unit") return { kind: "nothing" };
  if (typeof raw === "number") {
    if (raw >= LIST_OF && raw < 2 * LIST_OF) return { kind: "list", item: () => readSchema(raw - LIST_OF) };
    return { kind: raw in SIMPLE ? SIMPLE[raw as keyof typeof SIMPLE] : "other" };
  }
  const [kind, , , , first, second] = raw as readonly unknown[];
  switch (kind) {
    case 0:
      return readSchema(first);
    case 1:
      return { kind: "list", item: () => readSchema(withoutTraits(first)) };
    case 3:
      return structOf(first as readonly string[], second as readonly unknown[]);
    default:
      return { kind: "other" };
  }
}

function structOf(names: readonly string[], schemas: readonly unknown[]): SdkStruct {
  const members = names.map((name, index) => {
    const { ec2QueryName, xmlName } = traitsOf(schemas[index]);
    const upper = xmlName && xmlName.slice(0, 1).toUpperCase() + xmlName.slice(1);
    const shape = () => readSchema(withoutTraits(schemas[index]));
    return { name, sent: ec2QueryName ?? upper, answered: xmlName, shape };
  });
  return { kind: "struct", members };
}

/** A member with traits is a pair of its schema and them; a schema that is a tuple itself is longer. */
function withoutTraits(member: unknown): unknown {
  return Array.isArray(member) && member.length === 2 ? member[0] : member;
}

function traitsOf(member: unknown): { readonly ec2QueryName?: string; readonly xmlName?: string } {
  const traits: unknown = Array.isArray(member) && member.length === 2 ? member[1] : {};
  return typeof traits === "object" && traits !== null ? traits : {};
}
