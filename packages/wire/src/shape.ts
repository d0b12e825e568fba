// Shapes: the single description of a value on the wire. A shape gives the TypeScript type, AWS's limits and the wire
// names; codecs and validation read it and nothing else. No unions, maps or recursion: the actions served need none.
// Numbers with a fraction, durations and free JSON are for our own control API; no AWS action served has one.

declare const carried: unique symbol;

/** Carries the TypeScript type of a shape; never present at run time. */
interface Typed<Type> {
  readonly [carried]?: Type;
}

export interface StringShape<Type extends string = string> extends Typed<Type> {
  readonly kind: "string";
  readonly min?: number;
  readonly max?: number;
  /** AWS's own pattern text: it stands in the message, so it is kept as written. */
  readonly pattern?: string;
  readonly values?: readonly string[];
}
export interface IntegerShape extends Typed<number> {
  readonly kind: "integer";
  readonly min?: number;
  readonly max?: number;
}
export interface BooleanShape extends Typed<boolean> {
  readonly kind: "boolean";
}
export interface NumberShape extends Typed<number> {
  readonly kind: "number";
  readonly min?: number;
  readonly max?: number;
}
/** Milliseconds in our code; `6h20m` in the control API. */
export interface DurationShape extends Typed<number> {
  readonly kind: "duration";
  readonly isSigned?: boolean;
}
/** Any JSON object, as it came. */
export interface DocumentShape extends Typed<Readonly<Record<string, unknown>>> {
  readonly kind: "document";
}
/** Milliseconds since the epoch in our code; ISO 8601 in XML and the control API, epoch seconds in AWS's JSON. */
export interface TimestampShape extends Typed<number> {
  readonly kind: "timestamp";
}
export interface ListShape<Item = unknown> extends Typed<Item[]> {
  readonly kind: "list";
  readonly item: Shape;
  readonly min?: number;
  readonly max?: number;
}
export interface StructShape<Type = object> extends Typed<Type> {
  readonly kind: "struct";
  readonly members: Readonly<Record<string, Member>>;
  /** Members of AWS's own model that we do not serve: asking for one is 501, never ignored. */
  readonly lacks: readonly string[];
  /** An answer without members that the query protocol wraps all the same: `<UpdateRoleResult/>`. */
  readonly isWrapped?: boolean;
}

/** What our own control API carries beside the kinds of AWS. */
export type OwnShape = NumberShape | DurationShape | DocumentShape;
export type Shape = StringShape | IntegerShape | BooleanShape | TimestampShape | ListShape | StructShape | OwnShape;

export interface Member<S extends Shape = Shape, Presence extends string = string> {
  readonly shape: S;
  readonly presence: Presence;
  readonly fallback?: unknown;
  /** One clause for the description of an API of our own. */
  readonly says?: string;
  /** Wire name in requests, where it is not the member's own (ec2query: `InstanceIds` travels as `InstanceId.1`). */
  readonly sent?: string;
  /** Wire name in answers, where the codec's rule does not give it (ec2query: `instancesSet`). */
  readonly answered?: string;
}

export type ValueOf<S> = S extends Typed<infer Type> ? Type : never;

type Field = Shape | Member;
type ShapeOf<F> = F extends Member<infer S> ? S : F;
type Present<F> = F extends Member<Shape, "required" | "defaulted"> ? true : false;
type StructValue<Fields> = {
  [K in keyof Fields as Present<Fields[K]> extends true ? K : never]: ValueOf<ShapeOf<Fields[K]>>;
} & { [K in keyof Fields as Present<Fields[K]> extends true ? never : K]?: ValueOf<ShapeOf<Fields[K]>> | undefined };
/** Flattens the intersection, for readable errors. */
type Plain<T> = { [K in keyof T]: T[K] };

export const string = (limits: Omit<StringShape, "kind" | "values" | typeof carried> = {}): StringShape => ({
  kind: "string",
  ...limits,
});

/** One of the values, as in `oneOf("Active", "Inactive")`. */
export const oneOf = <const Values extends readonly string[]>(...values: Values): StringShape<Values[number]> => ({
  kind: "string",
  values,
});

export const integer = (limits: { min?: number; max?: number } = {}): IntegerShape => ({ kind: "integer", ...limits });

export const boolean = (): BooleanShape => ({ kind: "boolean" });

export const timestamp = (): TimestampShape => ({ kind: "timestamp" });

export const number = (limits: { min?: number; max?: number } = {}): NumberShape => ({ kind: "number", ...limits });

export const duration = (form: { isSigned?: boolean } = {}): DurationShape => ({ kind: "duration", ...form });

export const document = (): DocumentShape => ({ kind: "document" });

export const list = <S extends Shape>(item: S, limits: { min?: number; max?: number } = {}): ListShape<ValueOf<S>> => ({
  kind: "list",
  item,
  ...limits,
});

export const struct = <const Fields extends Record<string, Field>>(
  fields: Fields,
  lacks: readonly string[] = [],
): StructShape<Plain<StructValue<Fields>>> => ({
  kind: "struct",
  members: Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, asMember(field)])),
  lacks,
});

/** The output of an operation whose answer has a Result element with nothing in it. */
export const emptyResult: StructShape<Record<never, never>> = { ...struct({}), isWrapped: true };

export const required = <S extends Shape>(field: S | Member<S>): Member<S, "required"> => ({
  ...asMember(field),
  presence: "required",
});

/** Optional for the caller, always there for the handler. */
export const defaulted = <S extends Shape>(field: S | Member<S>, fallback: ValueOf<S>): Member<S, "defaulted"> => ({
  ...asMember(field),
  presence: "defaulted",
  fallback,
});

/** An optional member whose name differs on the wire. */
export const named = <S extends Shape>(
  field: S,
  wire: { readonly sent?: string; readonly answered?: string },
): Member<S, "optional"> => ({ ...asMember(field), presence: "optional", ...wire });

/** The same member with its description: `required(described(Instance, "name or id"))`. */
export const described = <S extends Shape>(field: S, says: string): Member<S, "optional"> => ({
  ...asMember(field),
  says,
});

/** No AWS protocol served carries the kind: an action with it could not be called. */
export function refuseOwn({ kind }: OwnShape): never {
  throw new Error(`AWS protocols carry no ${kind}`);
}

function asMember<S extends Shape>(field: S | Member<S>): Member<S, "optional"> {
  return ("kind" in field ? { shape: field, presence: "optional" } : field) as Member<S, "optional">;
}
