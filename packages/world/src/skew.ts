// A shift of the world's clock against those of its clients, which comes and goes as a whole: everything that is
// counted from now (what is due, how old and how long good a credential is, when a fault ends) moves along. So nothing
// is renewed and nothing expires for the shift. That is what EC2 shows to a host whose own clock is wrong: its
// documents, the Date of every answer and the check of signatures go by AWS's clock, their ages and lifetimes stay
// what they are. Not moved: the times that policies name, and metadata tokens, which are refused where the clock comes
// before them or after them, and are then asked for anew.
import type { Sealer, Session } from "./sessions.ts";
import type { World } from "./world.ts";

/** Inside a change. Taking back what was shifted is exact, also when the clock was moved between. */
export function shiftClock(world: World, by: number): void {
  const line = world.clockLine();
  world.setClock({ ...line, time: line.time + by });
  world.rotation.shift(by);
  for (const instance of world.tables.instances.list()) {
    world.tables.instances.put({ ...instance, changed: instance.changed + by });
  }
  for (const fault of world.tables.faults.list()) {
    world.tables.faults.put({ ...fault, begins: fault.begins + by, ends: fault.ends + by });
  }
  world.faults.reread();
}

/** Tokens are out of reach: in them stands the time of an unshifted clock, and `skew` is added when they are read. */
export function steadySealer(sealer: Sealer, skew: () => number): Sealer {
  return {
    seal: (session, salting) => sealer.seal(moved(session, -skew()), salting),
    open(token) {
      const session = sealer.open(token);
      return session && moved(session, skew());
    },
  };
}

function moved<Held extends Session>(session: Held, by: number): Held {
  return by === 0 ? session : { ...session, issued: session.issued + by, expires: session.expires + by };
}
