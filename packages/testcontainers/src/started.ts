// The world while it runs: its containers, its clock, its credentials and its faults.
import { AbstractStartedContainer, type GenericContainer, type StartedTestContainer } from "testcontainers";
import { type Attaching, type AttachOptions, checkAttachable, startAttached } from "./attach.ts";
import { type ClientClock, checkClock, giveClock, type Sleep } from "./client-clock.ts";
import { type App, openClients } from "./clients.ts";
import type { Control } from "./control.ts";
import { type Credentials, type SecretCredentials, secretsOf } from "./credentials.ts";
import { type Fault, type FaultOptions, type FaultState, putFault } from "./faults.ts";
import { openInstances } from "./instances.ts";
import { unlessGone, untilRemoved } from "./output.ts";
import { type TraceEvent, type TraceFilter, traceOf, traceText } from "./trace.ts";

export const PORTS = { aws: 4566, control: 4567, leash: 4568 } as const;
/** Where an attached container finds the AWS APIs: an address of its own loopback. */
const GATE = "http://169.254.171.1:4566";

/** The account's root user. */
export interface Operator {
  readonly accountId: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** `+6h` or `-10m`, a time, `freeze`, or a time and how many times as fast as the host's it goes on. */
export type ClockMove = string | { readonly time?: string; readonly rate?: number };

interface Parts {
  readonly image: string;
  readonly region: string;
  readonly operator: Operator;
  readonly control: Control;
  readonly leash: { release(): void };
}

export class StartedRolemintContainer extends AbstractStartedContainer {
  readonly region: string;
  readonly #parts: Parts;
  readonly #instances: ReturnType<typeof openInstances>;
  readonly #clients: ReturnType<typeof openClients>;
  readonly #attaching = new Set<Attaching<unknown>>();
  readonly #failures: unknown[] = [];
  #isStopped = false;

  constructor(container: StartedTestContainer, parts: Parts) {
    super(container);
    this.region = parts.region;
    this.#parts = parts;
    const { control, region, operator } = parts;
    this.#clients = openClients(control);
    const timeMs = async () => (await this.#clients.line()).worldMs;
    this.#instances = openInstances(control, { endpoint: this.endpoint, region, operator, timeMs });
  }

  /** The AWS APIs and S3, for programs of the host that have the operator's key. */
  get endpoint(): string {
    return `http://${this.getHost()}:${this.getMappedPort(PORTS.aws)}`;
  }

  /** The account's root key, which may do everything. Containers never get it. */
  get operator(): Operator {
    return this.#parts.operator;
  }

  /**
   * Starts a container as an instance: with a role, or as the instance of that name. It comes back as its class gives
   * it, with the ports it exposes; when it is stopped its instance is gone.
   */
  async attach<App extends GenericContainer>(
    container: App,
    to: string | AttachOptions,
  ): Promise<Awaited<ReturnType<App["start"]>>> {
    checkAttachable(container);
    const { role, name, clock } = optionsOf(to);
    const instance = await this.#instances.take(role, name);
    const { region } = this;
    container.withEnvironment({ AWS_ENDPOINT_URL: GATE, AWS_REGION: region, AWS_DEFAULT_REGION: region });
    if (clock) await giveClock(container, this.getId(), await this.#clients.beginning(clock));
    const attaching = startAttached(container, {
      image: this.#parts.image,
      worldId: this.getId(),
      instance,
      clock,
      started: async (attached) => {
        await this.#clients.started(attached);
        if (clock) await checkClock(attached.containerId);
      },
      stopped: async () => {
        this.#clients.stopped(instance);
        await this.#instances.release(instance);
      },
    });
    this.#attaching.add(attaching);
    // It may have been stopped before there was anything to give up.
    if (this.#isStopped) await attaching.abandon();
    try {
      return (await attaching.started) as Awaited<ReturnType<App["start"]>>;
    } finally {
      this.#attaching.delete(attaching);
    }
  }

  /** Issues the next credentials of an instance; resolves when metadata shows them. */
  async rotate(instance: string): Promise<Credentials> {
    return credentialsIn(await this.#parts.control.ask("RotateCredentials", { Instance: instance }));
  }

  /** Refuses a key, or every live key of an instance, as expired from now on; gives the keys. */
  async expire(instanceOrKeyId: string): Promise<readonly string[]> {
    const isKey = /^ASIA[A-Z2-7]{16}$/.test(instanceOrKeyId);
    const input = isKey ? { AccessKeyId: instanceOrKeyId } : { Instance: instanceOrKeyId };
    return (await this.#parts.control.ask<{ AccessKeyIds: string[] }>("ExpireCredentials", input)).AccessKeyIds;
  }

  /** Puts a fault (`imds.unreachable`) or a preset (`imds-outage-30m`); without a target for all. */
  async fault(name: string, options: FaultOptions = {}): Promise<Fault> {
    const { ids, heal } = await putFault(this.#parts.control, name, options);
    const healed = async () => {
      await heal();
      await this.#clients.settled();
    };
    await this.#clients.settled();
    // Some presets move the clock.
    if (!name.includes(".")) await this.#clients.follow();
    return { ids, heal: healed, [Symbol.asyncDispose]: healed };
  }

  async faults(): Promise<readonly FaultState[]> {
    return (await this.#parts.control.ask<{ Faults: FaultState[] }>("ListFaults")).Faults;
  }

  /** Takes every fault away. */
  async heal(): Promise<void> {
    await this.#parts.control.ask("DeleteFault", { All: true });
    await this.#clients.settled();
  }

  /** Moves world time, and the clock of each container that was attached with `clock: "world"`; gives the time. */
  async clock(move: ClockMove): Promise<Date> {
    const { action, input } = clockCall(move);
    const { Time } = await this.#parts.control.ask<{ Time: string }>(action, input);
    await this.#clients.follow();
    return new Date(Time);
  }

  /** World time. */
  async time(): Promise<Date> {
    return new Date((await this.#clients.line()).worldMs);
  }

  trace(filter: TraceFilter = {}): Promise<TraceEvent[]> {
    return traceOf(this.#parts.control, filter);
  }

  /** The trace as people read it. */
  async traceText(filter: TraceFilter = {}): Promise<string> {
    return traceText(await this.trace(filter), filter.instance);
  }

  /** Of an instance: the key in use now, without its secret. */
  async credentials(instance: string): Promise<Credentials> {
    return credentialsIn(await this.#instances.named(instance));
  }

  /** Of an attached container: all of it, asked of its metadata service; the trace shows the asking. */
  async secretCredentials(instance: string): Promise<SecretCredentials> {
    return secretsOf(this.#clients.find(instance).holderId, instance);
  }

  /** Sets the clock of a container that was attached with a clock: off by so much, or faster; `0s` ends it. */
  skewClient(app: App, clock: ClientClock): Promise<void> {
    return this.#clients.skew(app, clock);
  }

  /** Lets a container stand still, as in a machine that sleeps, for so long, and go on. */
  async pauseClient(app: App, sleep: Sleep): Promise<void> {
    await this.#clients.sleep(app, sleep);
    await this.#clients.follow();
  }

  /** Refused: its world is in memory, and its ports would be others. */
  override async restart(): Promise<void> {
    throw new Error("a RolemintContainer is not restarted; reset() gives the world as at the start");
  }

  /** The world as it was at the start; the containers stay, and are instances with new ids. */
  async reset(): Promise<void> {
    await this.#parts.control.ask("Reset");
    await this.#instances.restore();
    this.#clients.reopen();
    await this.#clients.follow();
  }

  /** Stops the attached containers, their holders, and the world, which one that cannot be stopped does not keep. */
  protected override async containerStopping(): Promise<void> {
    this.#isStopped = true;
    this.#instances.close();
    await Promise.all([...this.#attaching].map((attaching) => attaching.abandon()));
    for (const attached of this.#clients.list().reverse()) {
      await unlessGone(attached.stop()).catch((error) => this.#failures.push(error));
    }
    this.#parts.leash.release();
    this.#parts.control.close();
  }

  protected override async containerStopped(): Promise<void> {
    await untilRemoved(this.getId());
    if (this.#failures.length > 0) throw this.#failures[0];
  }
}

/** Throws Error for what a test in JavaScript may have misspelt. */
function optionsOf(to: string | AttachOptions | undefined): AttachOptions {
  const options: AttachOptions = typeof to === "string" ? { role: to } : (to ?? {});
  const stranger = Object.keys(options).find((option) => !["role", "name", "clock"].includes(option));
  if (stranger !== undefined) throw new Error(`attach takes role, name and clock, not ${stranger}`);
  const { clock } = options;
  if (clock !== undefined && clock !== "world" && clock !== "own") {
    throw new Error(`clock is "world" or "own", not ${JSON.stringify(clock)}`);
  }
  return options;
}

function credentialsIn(said: { AccessKeyId?: string; Generation?: number; Expiration?: string }): Credentials {
  const { AccessKeyId, Generation, Expiration } = said;
  if (AccessKeyId === undefined || Generation === undefined || Expiration === undefined) {
    throw new Error("the instance has no credentials");
  }
  return { accessKeyId: AccessKeyId, generation: Generation, expiration: new Date(Expiration) };
}

function clockCall(move: ClockMove): { readonly action: string; readonly input: object } {
  if (typeof (move ?? undefined) !== "object" && typeof move !== "string") {
    throw new Error('clock takes "+6h", a time, "freeze", or { time, rate }');
  }
  if (typeof move !== "string") return { action: "SetClock", input: { Time: move.time, Rate: move.rate } };
  if (move === "freeze") return { action: "SetClock", input: { Rate: 0 } };
  if (/^[+-]/.test(move)) return { action: "AdvanceClock", input: { By: move.replace(/^\+/, "") } };
  return { action: "SetClock", input: { Time: move } };
}
