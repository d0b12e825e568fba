// The shape of an action of our own API: a name, the members it takes, and what it does. JSON in, JSON out; a member
// that is not declared is refused, never ignored.
import { parseDuration } from "@rolemint/host";
import { parseInstant } from "@rolemint/policy/instant";
import { type Instance, instancesCalled, type World } from "@rolemint/world";

/** An error of the control API. */
export class ControlError extends Error {
  readonly code: keyof typeof STATUSES;

  constructor(code: keyof typeof STATUSES, message: string) {
    super(message);
    this.code = code;
  }
}

export const STATUSES = {
  InvalidInput: 400,
  Unauthorized: 401,
  Forbidden: 403,
  NotFound: 404,
  Conflict: 409,
  NotImplemented: 501,
  InternalFailure: 500,
} as const;

/** What the simulator lends the control API. */
export interface ControlSurroundings {
  readonly world: World;
  /** URL of an instance's metadata service, where it has one of its own. */
  endpointOf(instanceId: string): string | undefined;
  /** Everything due by now, issued. */
  tick(): Promise<void>;
  /** Brings the events that the data planes still hold into the timeline; nothing in containers. */
  flushEvents(): Promise<void>;
  /** Back to the config. */
  reset(): Promise<void>;
  /** Brings the world to another config; says what it no longer names, or why it is none or cannot be done. */
  apply(
    config: object,
  ): Promise<{ readonly left: readonly string[] } | { readonly invalid: string } | { readonly problem: string }>;
  acknowledged(): Promise<void>;
  health(): object;
}

/** The members of an input: what each must be. */
export type Members = Readonly<Record<string, "string" | "number" | "object">>;

export interface ControlAction {
  readonly name: string;
  readonly members: Members;
  handle(input: ControlInput, surroundings: ControlSurroundings): object | Promise<object>;
}

export type ControlInput = Readonly<Record<string, string | number | object | undefined>>;

/** The checked input of an action. Throws ControlError. */
export function checkInput(action: ControlAction, value: unknown): ControlInput {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new ControlError("InvalidInput", "the body must be a JSON object");
  }
  const known = Object.keys(action.members);
  for (const [name, given] of Object.entries(value)) {
    if (!known.includes(name)) {
      const takes = known.length === 0 ? "nothing" : known.join(", ");
      throw new ControlError("InvalidInput", `${action.name} has no member ${name}; it takes ${takes}`);
    }
    const wanted = action.members[name]!;
    if (typeof given !== wanted || given === null)
      throw new ControlError("InvalidInput", `${name} must be a ${wanted}`);
  }
  return value as ControlInput;
}

export function text(input: ControlInput, name: string): string | undefined {
  return input[name] as string | undefined;
}

/** A member that must be there. */
export function requiredText(input: ControlInput, name: string): string {
  const value = text(input, name);
  if (value === undefined || value === "") throw new ControlError("InvalidInput", `${name} is required`);
  return value;
}

/** Milliseconds of a duration like `6h20m`. */
export function duration(input: ControlInput, name: string, options: { signed?: boolean } = {}): number | undefined {
  const value = text(input, name);
  if (value === undefined) return undefined;
  const milliseconds = parseDuration(value, options);
  if (milliseconds === undefined || !Number.isSafeInteger(milliseconds)) {
    throw new ControlError("InvalidInput", `${name} must be a duration like 6h20m or 90s, not "${value}"`);
  }
  return milliseconds;
}

/** Milliseconds since the epoch of an ISO 8601 time. */
export function instant(input: ControlInput, name: string): number | undefined {
  const value = text(input, name);
  if (value === undefined) return undefined;
  const time = instantOf(value);
  if (time === undefined) {
    throw new ControlError("InvalidInput", `${name} must be a time like 2026-11-23T05:30:00Z, not "${value}"`);
  }
  return time;
}

/** Milliseconds of a date and a time of ISO 8601; undefined for a day that there is not. */
export function instantOf(text: string): number | undefined {
  const instant = /^\d{4}-\d\d-\d\dT/.test(text) ? parseInstant(text) : undefined;
  return instant === undefined ? undefined : Math.round(instant);
}

/** The running instance of that name or id. */
export function instanceNamed(world: World, name: string): Instance {
  const found = instancesCalled(world, name);
  if (found.length === 1) return found[0]!;
  if (found.length === 0) throw new ControlError("NotFound", `no running instance is called ${name}`);
  const ids = found.map((instance) => instance.id).join(", ");
  throw new ControlError("Conflict", `more than one running instance is called ${name}: ${ids}; name it by its id`);
}

/** ISO 8601, with milliseconds only where there are some. */
export function iso(time: number): string {
  return new Date(time).toISOString().replace(".000Z", "Z");
}
