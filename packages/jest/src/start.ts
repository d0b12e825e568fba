// startRolemint(): a world of its own in the simulators' thread, and handles of what is in it.
import { devNull } from "node:os";
import { eventsOf } from "@rolemint/expectations";
import { applied, clientEnvironment, type Environment } from "@rolemint/simulator/client-environment";
import type { App, Fault, FaultOptions, Lab, LabOptions, TimelineEvent, WorldClock } from "./api.ts";
import { CLOSED } from "./closed.ts";
import type { Added } from "./instances.ts";
import { ask } from "./thread.ts";
import { WORKER } from "./worker-file.ts";
import type { Started } from "./worlds.ts";

/** The most that ListEvents gives at once. */
const PAGE = 10_000;

/** A new world: nothing in it is shared with another. Rejects with what is wrong with the options. */
export async function startRolemint(options: LabOptions = {}): Promise<Lab> {
  refuseOtherConfig(options?.config);
  const started = (await ask(WORKER, "start", options)) as Started;
  const { world, endpoint, region, operator } = started;
  const control = async (action: string, input: object = {}): Promise<any> =>
    ask(WORKER, "control", { world, action, input });
  let isClosed = false;
  const close = async () => {
    isClosed = true;
    await ask(WORKER, "close", { world });
  };
  return {
    endpoint,
    region,
    accountId: operator.accountId,
    operator: { accessKeyId: operator.accessKeyId, secretAccessKey: operator.secretAccessKey },
    control,
    close,
    [Symbol.asyncDispose]: close,
    async instance(instanceOptions = {}) {
      const added = (await ask(WORKER, "instance", { world, options: instanceOptions })) as Added;
      const environment = () => {
        if (isClosed) throw new Error(CLOSED);
        return withoutSwitch(clientEnvironment({ region, aws: endpoint, imds: added.imds }, process.env, devNull));
      };
      return appOf(started, added, control, environment);
    },
    clock: (change) => moveClock(control, change),
    fault: (name, faultOptions) => putFault(control, "PutFault", { Name: name, Target: "all" }, faultOptions),
    reset: async () => void (await control("Reset")),
    trace: () => allEvents(control),
  };
}

/** On the way to the thread a function or a promise would become nothing. */
function refuseOtherConfig(config: unknown): void {
  if (config === undefined || typeof config === "string") return;
  const isPromise = typeof (config as Partial<PromiseLike<unknown>> | null)?.then === "function";
  if (typeof config === "object" && config !== null && !Array.isArray(config) && !isPromise) return;
  throw new Error("config must be the path of a rolemint.yaml, or an object of what one would say");
}

/** JavaScript SDKs before 3.738 take any text for a yes, "false" too. */
function withoutSwitch({ set, unset, ...rest }: Environment): Environment {
  const { AWS_EC2_METADATA_DISABLED: _, ...others } = set;
  return { ...rest, set: others, unset: [...unset, "AWS_EC2_METADATA_DISABLED"] };
}

type Control = (action: string, input?: object) => Promise<any>;

function appOf(
  { world, endpoint, region }: Started,
  { name, instanceId, imds, roleArn }: Added,
  control: Control,
  environment: () => Environment,
): App {
  const put = (action: "PutFault" | "PutPreset", fault: string, options: FaultOptions = {}) => {
    if (Object.keys(options).some((member) => member.toLowerCase() === "target")) {
      throw new Error(`this fault is for ${name}; lab.fault() takes a target`);
    }
    return putFault(control, action, { Name: fault, Target: instanceId }, options);
  };
  const app = {
    name,
    instanceId,
    roleArn: roleArn ?? undefined,
    region,
    endpoint,
    metadataEndpoint: imds,
    get env() {
      const whole = Object.entries(applied(environment(), process.env));
      return Object.fromEntries(whole.filter((entry): entry is [string, string] => entry[1] !== undefined));
    },
    enter() {
      const { set, unset } = environment();
      const leave = changeEnvironment({ ...set, ...Object.fromEntries(unset.map((one) => [one, undefined])) });
      return { leave, [Symbol.dispose]: leave };
    },
    async rotate() {
      const { Generation, AccessKeyId, Expiration } = await control("RotateCredentials", { Instance: instanceId });
      return { generation: Generation, accessKeyId: AccessKeyId, expiration: new Date(Expiration) };
    },
    expire: async () => (await control("ExpireCredentials", { Instance: instanceId })).AccessKeyIds,
    fault: async (fault, options) => put("PutFault", fault, options),
    preset: async (preset, options) => put("PutPreset", preset, options),
    async credentials() {
      const { expiration, ...keys } = (await ask(WORKER, "credentials", { world, instanceId })) as any;
      return { ...keys, expiration: new Date(expiration) };
    },
    trace: async () => eventsOf(await allEvents(control), instanceId),
  } satisfies App;
  // Test runners print what they compare: this process's environment may hold real secrets.
  return Object.defineProperty(app, "env", { enumerable: false });
}

type Variables = Readonly<Record<string, string | undefined>>;

/** The changes that have not been undone, with what was there before each. */
const entered: { readonly changes: Variables; before: Variables }[] = [];

/**
 * Gives how to undo it: a variable that somebody has changed since stays as it is, and so does what a later change has
 * set, which is undone to what was there before this one.
 */
function changeEnvironment(changes: Variables): () => void {
  const mine = { changes, before: Object.fromEntries(Object.keys(changes).map((name) => [name, process.env[name]])) };
  for (const [name, value] of Object.entries(changes)) setVariable(name, value);
  entered.push(mine);
  return () => {
    const place = entered.indexOf(mine);
    if (place < 0) return;
    entered.splice(place, 1);
    for (const [name, value] of Object.entries(mine.before)) {
      const later = entered.slice(place).find((one) => name in one.changes);
      if (later && later.before[name] === changes[name]) later.before = { ...later.before, [name]: value };
      else if (!later && process.env[name] === changes[name]) setVariable(name, value);
    }
  };
}

function setVariable(name: string, value: string | undefined): void {
  if (value === undefined) delete process.env[name];
  else process.env[name] = value;
}

async function moveClock(control: Control, change: Parameters<Lab["clock"]>[0]): Promise<WorldClock> {
  if (change === undefined) {
    const { Time, ClockRate } = await control("DescribeWorld");
    return { time: Time, rate: ClockRate };
  }
  const { Time, Rate } =
    typeof change === "string"
      ? await control("AdvanceClock", { By: change })
      : await control("SetClock", membersOf(change));
  return { time: Time, rate: Rate };
}

async function putFault(
  control: Control,
  action: "PutFault" | "PutPreset",
  what: object,
  options: FaultOptions = {},
): Promise<Fault> {
  const answer = await control(action, { ...what, ...membersOf(options) });
  const faults: readonly { readonly Id: string }[] = answer.Faults ?? [answer.Fault];
  return {
    answer,
    async remove() {
      const { Faults } = (await control("ListFaults")) as { Faults: readonly { readonly Id: string }[] };
      const there = new Set(Faults.map(({ Id }) => Id));
      // One that has ended by itself has healed what it did.
      for (const { Id } of faults) if (there.has(Id)) await control("DeleteFault", { Id });
    },
  };
}

/** Members of the control API begin with a capital, and so do a fault's parameters. */
function membersOf(options: object): Record<string, unknown> {
  const entries = Object.entries(options).map(([name, value]) => {
    const member = `${name.slice(0, 1).toUpperCase()}${name.slice(1)}`;
    return [member, member === "Parameters" ? membersOf(value) : value];
  });
  return Object.fromEntries(entries);
}

async function allEvents(control: Control): Promise<TimelineEvent[]> {
  const events: TimelineEvent[] = [];
  for (let next = "0"; ; ) {
    const page: { Events: TimelineEvent[]; Next: string } = await control("ListEvents", { Since: next, Limit: PAGE });
    for (const event of page.Events) events.push(event);
    if (page.Events.length < PAGE) return events;
    next = page.Next;
  }
}
