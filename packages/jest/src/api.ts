/// <reference lib="esnext.disposable" preserve="true" />
// What the kit offers, in types that stand alone: they are published as they are.

/** `5m`, `90s`, `6h20m`, or milliseconds; world time. */
export type Duration = string | number;

/** An AWS policy document, or the ARN of a managed policy. */
export type Policy = string | { readonly Version?: string; readonly Statement: unknown };

/** A schedule by its profile's name, or in durations like `6h20m`. */
export type Rotation =
  | "ec2"
  | "fast"
  | "edge"
  | "tiny"
  | "frozen"
  | { readonly lifetime: string; readonly renewEvery: string; readonly overlap?: string; readonly jitter?: string };

export interface LabOptions {
  /** The path of a rolemint.yaml, or what one would say. Default: an account with nothing in it. */
  readonly config?: string | Readonly<Record<string, unknown>>;
  /** Roles beside those of the config, each as a config has it. */
  readonly roles?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly rotation?: Rotation;
  /**
   * Draws all ids and keys from a number, so that a run repeats exactly; they are predictable. With a `clock.start` in
   * the config the clock stands there until it is moved.
   */
  readonly seed?: number;
}

export interface InstanceOptions {
  /** Unique in the lab; default `app-1`, `app-2`, … The name alone of an instance of the config gives that one. */
  readonly name?: string;
  /** The name of a role that is there. */
  readonly role?: string;
  /** Instead of a role: one is made for the instance, with its name and these policies. */
  readonly policies?: Policy | readonly Policy[];
  /** As in a config: `{ tokens: "optional", hopLimit: 2 }`. */
  readonly metadata?: Readonly<Record<string, unknown>>;
}

/** World time, ISO 8601, and how fast it runs over the host's; 0 is frozen. */
export interface WorldClock {
  readonly time: string;
  readonly rate: number;
}

/** One world: an account with its roles and instances, its clock, and S3. */
export interface Lab extends AsyncDisposable {
  /** Where AWS's APIs and S3 answer. */
  readonly endpoint: string;
  readonly region: string;
  readonly accountId: string;
  /** The account's root user, for what a test arranges by AWS's own API. */
  readonly operator: { readonly accessKeyId: string; readonly secretAccessKey: string };
  /** A running instance of its own, with credentials if it has a role. */
  instance(options?: InstanceOptions): Promise<App>;
  /** Moves world time, `+6h`, sets it or its rate, or says what it is. Rotation has caught up when it resolves. */
  clock(change?: string | { readonly time?: string; readonly rate?: number }): Promise<WorldClock>;
  /** A fault for all instances, or for the `target` that is given. */
  fault(name: string, options?: FaultOptions): Promise<Fault>;
  /** Back to the config: instances that were made since are gone, and the clock is as it was. */
  reset(): Promise<void>;
  /** The events of all instances. */
  trace(): Promise<readonly TimelineEvent[]>;
  /** Any action of the control API, with its members as docs/control-api.md has them. */
  control(action: string, input?: Readonly<Record<string, unknown>>): Promise<unknown>;
  /** Ends it. What still listens ends with the test process at the latest. */
  close(): Promise<void>;
}

/** What the control API's PutFault takes, in small letters: `{ for: "30m", times: 2, parameters: { step: "token" } }`. */
export type FaultOptions = Readonly<Record<string, unknown>>;

export interface Fault {
  /** The control API's answer. */
  readonly answer: unknown;
  /** Ends it and heals what it did. */
  remove(): Promise<void>;
}

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
  readonly expiration: Date;
}

/** An instance, and so the application that runs on it. */
export interface App {
  readonly name: string;
  readonly instanceId: string;
  /** Of the role that it was made with. */
  readonly roleArn: string | undefined;
  readonly region: string;
  /** Where AWS's APIs and S3 answer. */
  readonly endpoint: string;
  /** Where its metadata service answers. */
  readonly metadataEndpoint: string;
  /**
   * This process's environment, changed so that an unmodified program in a child process is on the instance. It is not
   * printed with the rest.
   */
  readonly env: Record<string, string>;
  /** Makes the same changes to this process's own environment; they are undone by `leave()`, or by `using`. */
  enter(): Entered;
  /** The next credentials, now; those before live to their own end. */
  rotate(): Promise<{ readonly generation: number; readonly accessKeyId: string; readonly expiration: Date }>;
  /** All its credentials are refused as expired from now on; metadata shows them until the next rotation. */
  expire(): Promise<readonly string[]>;
  fault(name: string, options?: FaultOptions): Promise<Fault>;
  /** An incident of several faults, by its name. */
  preset(name: string, options?: FaultOptions): Promise<Fault>;
  /** Its newest, which its metadata shows unless a fault says otherwise. The metadata service is not asked. */
  credentials(): Promise<Credentials>;
  /** What it asked, was given, called and was refused, and the faults that were about it. */
  trace(): Promise<readonly TimelineEvent[]>;
}

export interface Entered extends Disposable {
  leave(): void;
}

/** See docs/control-api.md. */
export interface TimelineEvent {
  readonly Id: number;
  readonly Time: string;
  readonly Kind: "metadata" | "issue" | "call" | "refusal" | "fault" | "warning";
  readonly Instance?: string;
  readonly Generation?: number;
  readonly AccessKeyId?: string;
  readonly Path?: string;
  readonly Service?: string;
  readonly Action?: string;
  readonly Resource?: string;
  readonly Status?: number;
  readonly Code?: string;
  readonly RequestId?: string;
  readonly UserAgent?: string;
  readonly Expiration?: string;
  readonly Message?: string;
}

/** All of them look at an application's timeline, and fail where nothing happened that they could judge. */
export interface RolemintMatchers {
  /** It fetched newer credentials within so much time of their issue, or of the end of those that it had. */
  toHaveRefreshed(options: { readonly within: Duration }): Promise<void>;
  /** It made calls, and none was refused because its credentials had ended. */
  toHaveNoExpiredCalls(): Promise<void>;
  /** A call with the credentials of that generation was answered. */
  toHaveUsedGeneration(generation: number): Promise<void>;
  /** It sent so many requests to the metadata service. */
  toHaveCalledMetadata(options: { readonly max?: number; readonly min?: number }): Promise<void>;
  /** Its last call was signed as that role, or that session of it. */
  toBeAssumedRole(arn: string): Promise<void>;
  /** After the first failure or fault, and each refusal since, a good call came within so much time. */
  toRecoverWithin(duration: Duration): Promise<void>;
  /** It made calls, and none was refused. */
  toHaveNoRefusals(): Promise<void>;
}
