import {
  boolean,
  described,
  document,
  duration,
  integer,
  list,
  number,
  required,
  string,
  struct,
} from "@rolemint/wire";
import { beginIn, boundText, descriptionOf, type World } from "@rolemint/world";
import { ControlError, controlAction } from "./action.ts";
import { carryOut, FaultView, faultView, refusing } from "./faults.ts";

export const PutFault = controlAction({
  name: "PutFault",
  says: "Plans a fault, or begins it at once; it ends by itself, and ending heals what it did.",
  input: struct({
    Name: required(described(string(), "as ListFaults with All lists them: imds.unreachable")),
    Target: required(described(string(), "an instance by name or id, role:NAME, or all")),
    Parameters: described(document(), "what this fault takes: { FirstByte: 2s }"),
    At: described(string(), "when it begins: a time, or +10m from now; default now"),
    AtLifetime: described(
      number({ min: 0, max: 200 }),
      "when so many percent of the instance's credentials' lifetime are over",
    ),
    FromRefresh: described(boolean(), "begins with the next request for the credential document"),
    Nth: described(integer({ min: 1 }), "acts on the n-th request only, or with Times from there on"),
    Path: described(string({ max: 200 }), "a regular expression that the path of the request must match"),
    For: described(duration(), "of world time; default 1h"),
    Probability: described(number(), "above 0 and at most 1; default 1"),
    Seed: described(string({ max: 100 }), "what chance is drawn from; default a new one, which the answer tells"),
    Times: described(integer({ min: 1 }), "how often it acts, for each instance"),
  }),
  output: struct({ Fault: required(FaultView), Note: described(string(), "how it is bounded where nothing said so") }),
  async handle(input, { world, tick, acknowledged }) {
    const { Name: name, Target: target } = input;
    const request = {
      name,
      target,
      given: input.Parameters,
      at: beginOf(world, input.At),
      atLifetime: input.AtLifetime,
      fromRefresh: input.FromRefresh,
      nth: input.Nth,
      path: input.Path,
      for: input.For,
      probability: input.Probability,
      seed: input.Seed,
      times: input.Times,
    };
    const fault = refusing(() => world.faults.put(request));
    await tick();
    await carryOut([fault], { world, acknowledged });
    return { Fault: faultView(world, fault), Note: boundText(descriptionOf(name)!, request) };
  },
});

function beginOf(world: World, at: string | undefined): number | undefined {
  if (at === undefined) return undefined;
  const time = beginIn(world, at);
  if (time !== undefined) return time;
  throw new ControlError("InvalidInput", `At must be a time like 2026-11-23T05:30:00Z or +10m, not "${at}"`);
}

export const DeleteFault = controlAction({
  name: "DeleteFault",
  says: "Takes a fault away, or all of them, and heals what it did.",
  input: struct({ Id: string(), All: boolean() }),
  output: struct({ Ids: required(list(string())) }),
  async handle({ Id, All }, { world, tick, acknowledged }) {
    if ((Id === undefined) === (All !== true)) throw new ControlError("InvalidInput", "give either Id or All");
    const ids = Id === undefined ? world.faults.list().map(({ id }) => id) : [Id];
    for (const id of ids) {
      if (!refusing(() => world.faults.remove(id)) && !All)
        throw new ControlError("NotFound", `there is no fault ${id}`);
    }
    await tick();
    await acknowledged();
    return { Ids: ids };
  },
});
