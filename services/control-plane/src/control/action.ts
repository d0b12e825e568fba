// One action of our own API: what it says, the shapes it takes and gives, and what it does. To add one:
// 1. a file `DoThing.ts` with `export const DoThing = controlAction({ name, says, input, output, handle })`;
// 2. `input` and `output` are structs of @rolemint/wire; json.ts checks types, enums, limits and unknown members, and
//    gives `handle` times and durations in milliseconds; what is left to check throws ControlError;
// 3. `await acknowledged()` after a change; return the output, times and durations in milliseconds;
// 4. list it in index.ts and run `make docs`: docs/openapi.json and docs/control-api.md are made from this.
import { described, type StructShape, string, type ValueOf } from "@rolemint/wire";
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
  InternalFailure: 500,
} as const;

/** What the simulator lends the control API. */
export interface ControlSurroundings {
  readonly world: World;
  /** URL of an instance's metadata service, where it has one of its own. */
  endpointOf(instanceId: string): string | undefined;
  /** Everything due by now, issued. */
  tick(): Promise<void>;
  /** Brings the events that data planes still hold into the timeline; those of other containers come a moment later. */
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

interface Spec<I extends StructShape, O extends StructShape> {
  readonly name: string;
  /** One sentence, for the description of the API. */
  readonly says: string;
  readonly input: I;
  readonly output: O;
  handle(input: ValueOf<I>, surroundings: ControlSurroundings): ValueOf<O> | Promise<ValueOf<O>>;
}

/** An action as the API runs it, its own types forgotten. */
export interface ControlAction extends Omit<Spec<StructShape, StructShape>, "handle"> {
  handle(input: never, surroundings: ControlSurroundings): object | Promise<object>;
}

export function controlAction<I extends StructShape, O extends StructShape>(spec: Spec<I, O>): ControlAction {
  return spec;
}

/** Input member of the actions that are about one instance. */
export const InstanceName = described(string(), "name or id of a running instance");

/** The running instance of that name or id. */
export function instanceNamed(world: World, name: string): Instance {
  const found = instancesCalled(world, name);
  if (found.length === 1) return found[0]!;
  if (found.length === 0) throw new ControlError("NotFound", `no running instance is called ${name}`);
  const ids = found.map((instance) => instance.id).join(", ");
  throw new ControlError("Conflict", `more than one running instance is called ${name}: ${ids}; name it by its id`);
}
