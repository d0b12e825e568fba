// Which requests a fault takes: whom it is for, when, at which request, with what chance, how often; each instance by
// itself.
import { expect, test } from "@jest/globals";
import type { ActiveFault, EventRecord, InstanceView } from "@rolemint/authority";
import { openInjector } from "./injector.ts";
import type { AskedMetadata } from "./kind.ts";

const FAULT: ActiveFault = {
  Id: "f-1",
  Name: "imds.unreachable",
  Target: "all",
  Parameters: '{"Mode":"reset"}',
  Begins: 1000,
  Ends: 2000,
  Probability: "1",
  Seed: "s",
  Acted: [],
};

function asked(instance: string, changes: Partial<AskedMetadata> = {}): AskedMetadata {
  const view = { InstanceId: instance, Name: instance, Profile: { RoleName: "app" } } as InstanceView;
  const request = { method: "GET", path: "latest/meta-data", step: "other", token: undefined, family: "IPv4" } as const;
  return { ...request, now: 1500, view, ...changes };
}

function open(...faults: Partial<ActiveFault>[]) {
  const events: EventRecord[] = [];
  let list = faults.map((fault) => ({ ...FAULT, ...fault }));
  const injector = openInjector({ faults: () => list }, (event) => events.push(event));
  return {
    events,
    injector,
    replace: (...next: Partial<ActiveFault>[]) => {
      list = next.map((fault) => ({ ...FAULT, ...fault }));
    },
    /** For each request, whether the fault took it. */
    run: (requests: readonly AskedMetadata[]) =>
      requests.map((each) => (injector.metadata(each, each.view.InstanceId).length > 0 ? "x" : ".")).join(""),
  };
}

const ten = Array.from({ length: 10 }, () => asked("i-1"));

test.each<[string, Partial<ActiveFault>, readonly AskedMetadata[], string]>([
  ["all", {}, [asked("i-1"), asked("i-2")], "xx"],
  ["one instance", { Target: "instance i-1" }, [asked("i-1"), asked("i-2")], "x."],
  ["a role", { Target: "role app" }, [asked("i-1")], "x"],
  ["another role", { Target: "role other" }, [asked("i-1")], "."],
  ["its time", {}, [999, 1000, 1999, 2000].map((now) => asked("i-1", { now })), ".xx."],
  ["the third request", { Nth: 3, Times: 1 }, ten, "..x......."],
  ["from the third on", { Nth: 3, Times: 4 }, ten, "..xxxx...."],
  ["twice for each", { Times: 2 }, [...ten.slice(0, 3), ...ten.slice(0, 3).map(() => asked("i-2"))], "xx.xx."],
  ["a path", { Path: "token$" }, [asked("i-1"), asked("i-1", { path: "latest/api/token" })], ".x"],
  [
    "the next refresh on",
    { FromRefresh: true },
    [asked("i-1"), asked("i-1", { step: "credentials" }), asked("i-1"), asked("i-2")],
    ".xx.",
  ],
  ["what it did before a restart", { Times: 3, Acted: [{ Instance: "i-1", Times: 2 }] }, ten, "x........."],
])("a fault for %s", (_, fault, requests, taken) => {
  expect(open(fault).run(requests)).toBe(taken);
});

test("chance repeats with its seed, differs with another, and takes about its share", () => {
  const many = Array.from({ length: 2000 }, () => asked("i-1"));
  const run = (Seed: string) => open({ Probability: "0.25", Seed }).run(many);
  expect(run("a")).toBe(run("a"));
  expect(run("a")).not.toBe(run("b"));
  const share = run("a").replaceAll(".", "").length / many.length;
  expect(share).toBeGreaterThan(0.2);
  expect(share).toBeLessThan(0.3);
});

test("what one instance does changes nothing for another", () => {
  const alone = open({ Probability: "0.5" }).run(ten);
  const mixed = open({ Probability: "0.5" });
  const taken = ten.map((each) => mixed.run([asked("i-2"), each])[1]);
  expect(taken.join("")).toBe(alone);
});

test("each time is an event that names fault and instance", () => {
  const { run, events } = open({ Nth: 2, Times: 1 });
  run(ten);
  expect(events).toEqual([
    {
      Time: 1500,
      Kind: "fault",
      Instance: "i-1",
      Action: "imds.unreachable",
      Resource: "f-1",
      Code: "acted",
      Path: "latest/meta-data",
    },
  ]);
});

test("what was counted goes on when other faults come and go", () => {
  const { run, replace } = open({ Times: 3 });
  expect(run(ten.slice(0, 2))).toBe("xx");
  replace({ Id: "f-2", Target: "role nobody" }, { Times: 3 });
  expect(run(ten)).toBe("x.........");
});

test.each(["(a+)+$", "(a|a)*$"])("the path %s is not looked for for years", (Path) => {
  const { run, events, replace } = open({ Path });
  const long = Array.from({ length: 3 }, () => asked("i-1", { path: `latest/${"a".repeat(60)}!` }));
  expect(run(long)).toBe("...");
  replace({ Path }, { Id: "f-2", Target: "role nobody" });
  expect(run([...long, asked("i-1", { path: "aaa" })])).toBe("....");
  expect(events).toEqual([
    expect.objectContaining({
      Kind: "fault",
      Resource: "f-1",
      Code: "gave-up",
      Message: expect.stringContaining(Path),
    }),
  ]);
});

test("without faults it is idle", () => {
  const { injector, replace } = open({});
  expect(injector.isIdle()).toBe(false);
  replace();
  expect(injector.isIdle()).toBe(true);
});

test("a fault that another version knows and this one does not is left alone", () => {
  expect(open({ Name: "imds.of-tomorrow" }).run(ten)).toBe("..........");
});
