// A fault that changes the world: what it does at its beginning, what it undoes at its end, and what it makes the world
// show, issue or believe between.
import type { Identity, InstanceView } from "@rolemint/authority";
import type { Description, Parameters, Values } from "@rolemint/faults";
import type { Schedule } from "../rotation.ts";
import type { Fault, Instance, Role } from "../rows.ts";
import type { World } from "../world.ts";

/** One fault of that kind, as its functions see it. */
export interface Acting<P extends Parameters = Parameters> {
  readonly world: World;
  readonly fault: Fault;
  readonly given: Values<P>;
  /** The running instances that it is for, at that moment. Where one is asked about: that one. */
  readonly instances: readonly Instance[];
  /** Says something in the event of its beginning or its end. */
  tell(message: string): void;
}

export type Policies = Pick<Identity, "IdentityPolicies" | "Boundary">;

/** What it makes of a program over whose process somebody has power. */
export interface ClientAct {
  readonly stops?: true;
  /** Milliseconds. */
  readonly offsetMs?: number;
}

/** `Kept` is what its beginning leaves for later; JSON only. */
export interface WorldKind<P extends Parameters = Parameters, Kept extends object = object> extends Description<P> {
  readonly channel: "world" | "client";
  readonly acts: "while" | "once";
  /** Why it cannot be for that target now: a 409. Asked when it is put and before it begins. */
  problem?(acting: Acting<P>): string | undefined;
  /** Inside a change. What it returns is kept. */
  begin?(acting: Acting<P>): Kept | undefined;
  /** Inside a change: at its end, or when it is taken away. The fault is in the book no more. */
  end?(acting: Acting<P>, kept: Kept): void;
  /** World time at which something is to be done before its end; what is past is due at once. */
  wakes?(acting: Acting<P>, kept: Kept): number | undefined;
  /** Inside a change, when that time has come. What it returns is kept instead. */
  wake?(acting: Acting<P>, kept: Kept): Kept;
  /** What an instance's metadata shows while it lasts. */
  shown?(view: InstanceView, acting: Acting<P>, kept: Kept): InstanceView;
  /** Id of the instance whose metadata that is, where it is another one. */
  source?(acting: Acting<P>, kept: Kept): string | undefined;
  /** The schedule of its instances' credentials while it lasts. */
  schedule?(acting: Acting<P>): Schedule;
  /** Inside each change of keys, users, roles or policies: what is kept from then on, or undefined for the same. */
  identitiesChanged?(acting: Acting<P>, kept: Kept): Kept | undefined;
  /** The policies that a role is believed to have; undefined for those that it has. */
  believed?(role: Role, acting: Acting<P>, kept: Kept): Policies | undefined;
  /** What it does to the programs of its instances: see attached.ts. */
  client?(acting: Acting<P>): ClientAct;
  /** How far the world's clock is ahead of where it would be, milliseconds. */
  skew?(acting: Acting<P>): number;
}

/** Types `given` by the parameters and `kept` by its maker, then forgets them, so that kinds stand in one list. */
export function worldKind<const P extends Parameters, Kept extends object = object>(
  kind: WorldKind<P, Kept>,
): WorldKind {
  return kind as unknown as WorldKind;
}
