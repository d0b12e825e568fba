// What the faults under way make the world show, issue and believe: each question goes to the kinds that have an
// answer to it.
import type { InstanceView } from "@rolemint/authority";
import { isMeant } from "@rolemint/faults";
import { profileOf } from "../instances.ts";
import type { Schedule } from "../rotation.ts";
import type { Fault, Instance, Role } from "../rows.ts";
import type { World } from "../world.ts";
import { actingOf, type Entries, keptOf, worldKindOf } from "./entries.ts";
import type { ClientAct, Policies, WorldKind } from "./kind.ts";
import type { Taken, TakenProfiles } from "./profiles.ts";

export interface Influence {
  /** What the instance's metadata shows while faults act on it. */
  shown(instance: Instance, view: InstanceView): InstanceView;
  /** Ids of the instances whose metadata is this one's: they move when it does. */
  showing(instanceId: string): string[];
  /** The schedule of an instance's credentials that a fault has in place of its own. */
  schedule(instance: Instance): Schedule | undefined;
  /** The policies that a role is believed to have, where they are not its own. */
  believed(role: Role): Policies | undefined;
  /** Inside a change of keys, users, roles or policies, at its end. */
  identitiesChanged(): void;
  /** The profile that a fault is to give back to the instance, which had it. */
  heldProfile(instance: Instance): Taken | undefined;
  /** Inside a change: whatever the instance had, no fault gives it back any more. */
  letGoOfProfile(instance: Instance): void;
  /** What faults do to the programs of an instance. */
  clients(instanceId: string): ClientAct[];
  /** How far the world's clock is ahead of where it would be; undefined while none is shifted. Milliseconds. */
  skew(): number | undefined;
}

export function influenceOf(world: World, entries: Entries): Influence {
  /** Each that is under way and has such a part, with what it needs. */
  function* acting<Part extends keyof WorldKind>(part: Part) {
    for (const fault of entries.list()) {
      const kind = worldKindOf(fault);
      if (fault.state === "acting" && kind?.[part] !== undefined) yield { fault, kind };
    }
  }

  return {
    shown(instance, view) {
      let shown = view;
      for (const { fault, kind } of acting("shown")) {
        if (!isFor(world, fault, instance)) continue;
        shown = kind.shown!(shown, actingOf(world, fault, [], [instance]), keptOf(fault));
      }
      return shown;
    },
    showing(instanceId) {
      return [...acting("source")].flatMap(({ fault, kind }) => {
        const forAll = actingOf(world, fault);
        return kind.source!(forAll, keptOf(fault)) === instanceId ? forAll.instances.map(({ id }) => id) : [];
      });
    },
    schedule(instance) {
      for (const { fault, kind } of acting("schedule")) {
        if (isFor(world, fault, instance)) return kind.schedule!(actingOf(world, fault, [], [instance]));
      }
      return undefined;
    },
    believed(role) {
      for (const { fault, kind } of acting("believed")) {
        const policies = kind.believed!(role, actingOf(world, fault, [], []), keptOf(fault));
        if (policies) return policies;
      }
      return undefined;
    },
    identitiesChanged() {
      for (const { fault, kind } of acting("identitiesChanged")) {
        const kept = kind.identitiesChanged!(actingOf(world, fault), keptOf(fault));
        if (kept) entries.put({ ...fault, kept });
      }
    },
    heldProfile({ id }) {
      const holder = entries.list().find((fault) => Object.hasOwn(profilesOf(fault), id));
      return holder && profilesOf(holder)[id];
    },
    letGoOfProfile({ id }) {
      for (const fault of entries.list()) {
        const { [id]: held, ...profiles } = profilesOf(fault);
        if (held) entries.put({ ...fault, kept: { ...fault.kept, profiles } });
      }
    },
    clients(instanceId) {
      const instance = world.tables.instances.get(instanceId);
      if (!instance) return [];
      const meant = [...acting("client")].filter(({ fault }) => isFor(world, fault, instance));
      return meant.map(({ fault, kind }) => kind.client!(actingOf(world, fault, [], [instance])));
    },
    skew() {
      // Every request asks.
      if (entries.list().length === 0) return undefined;
      const shifts = [...acting("skew")].map(({ fault, kind }) => kind.skew!(actingOf(world, fault, [], [])));
      return shifts.length === 0 ? undefined : shifts.reduce((sum, shift) => sum + shift, 0);
    },
  };
}

function profilesOf(fault: Fault): TakenProfiles["profiles"] {
  return (keptOf(fault) as Partial<TakenProfiles>).profiles ?? {};
}

function isFor(world: World, { target }: Fault, instance: Instance): boolean {
  return isMeant(target, { instanceId: instance.id, role: profileOf(world, instance)?.roleName });
}
