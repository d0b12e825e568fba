// Programs over whose process somebody has power for us: `rolemint exec` attaches the one that it runs, the kit for
// testcontainers the containers that it starts, and each is told how it is to be. Kept in memory only: what attaches
// goes when the connection does.
import type { World } from "../world.ts";

/** How a program is to be. */
export interface ClientState {
  readonly isStopped: boolean;
  /** How far its clock is off from how it was started, milliseconds. */
  readonly offsetMs: number;
}

export interface AttachedClient {
  readonly instanceId: string;
  /** Whether its clock can be moved. */
  readonly hasClock: boolean;
  /** Called at once, and whenever it is to be otherwise. */
  told(state: ClientState): void;
}

export interface Attached {
  /** Returns how to detach. */
  attach(client: AttachedClient): () => void;
  of(instanceId: string): readonly AttachedClient[];
}

const AS_STARTED = { isStopped: false, offsetMs: 0 };

export function openAttached(world: World): Attached {
  const clients = new Map<AttachedClient, ClientState>();

  function tell(client: AttachedClient): void {
    const state = stateOf(world, client);
    const before = clients.get(client);
    if (before?.isStopped === state.isStopped && before.offsetMs === state.offsetMs) return;
    clients.set(client, state);
    client.told(state);
  }

  world.watch(({ faults, instances }) => {
    if (faults || instances.length > 0) for (const client of clients.keys()) tell(client);
  });
  return {
    attach(client) {
      clients.set(client, AS_STARTED);
      tell(client);
      return () => void clients.delete(client);
    },
    of: (instanceId) => [...clients.keys()].filter((client) => client.instanceId === instanceId),
  };
}

function stateOf(world: World, { instanceId, hasClock }: AttachedClient): ClientState {
  const asked = world.faults.clients(instanceId);
  return {
    isStopped: asked.some(({ stops }) => stops),
    offsetMs: hasClock ? sum(asked.map(({ offsetMs }) => offsetMs)) : 0,
  };
}

function sum(numbers: readonly (number | undefined)[]): number {
  return numbers.reduce<number>((total, one = 0) => total + one, 0);
}
