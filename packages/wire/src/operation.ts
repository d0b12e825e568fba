// One API operation as the codecs see it: a name and two shapes.
import type { StructShape, ValueOf } from "./shape.ts";

export interface Operation<I extends StructShape = StructShape, O extends StructShape = StructShape> {
  readonly name: string;
  readonly input: I;
  readonly output: O;
}

export type InputOf<Op> = Op extends Operation<infer I> ? ValueOf<I> : never;
export type OutputOf<Op> = Op extends Operation<StructShape, infer O> ? ValueOf<O> : never;

/** An answer ready for the socket. */
export interface Answer {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
}

/** A value of the wrong type on the wire, before validation: each service words it in its own way. */
export class Malformed extends Error {
  readonly path: string;
  readonly value: string;
  readonly expected: "integer" | "boolean" | "timestamp" | "string" | "list" | "structure";

  constructor(path: string, value: string, expected: Malformed["expected"]) {
    super(`${path} is not a ${expected}`);
    this.path = path;
    this.value = value;
    this.expected = expected;
  }
}

/** A member that the caller sent and AWS's own model lacks; EC2 refuses it, the others ignore it. */
export class UnknownMember extends Error {
  readonly member: string;

  constructor(member: string) {
    super(`${member} is not a member`);
    this.member = member;
  }
}
