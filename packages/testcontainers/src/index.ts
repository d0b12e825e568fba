// rolemint for Testcontainers: a world in a container, and any other container made an instance of it.
export type { AttachOptions } from "./attach.ts";
export type { ClientClock, Sleep } from "./client-clock.ts";
export { ControlError } from "./control.ts";
export type { Credentials, SecretCredentials } from "./credentials.ts";
export type { Fault, FaultOptions, FaultState } from "./faults.ts";
export { RolemintContainer } from "./rolemint-container.ts";
export type { BucketOptions, PolicyDocument, RolePolicies, Rotation, WorldSettings } from "./settings.ts";
export { type ClockMove, type Operator, StartedRolemintContainer } from "./started.ts";
export type { TraceEvent, TraceFilter } from "./trace.ts";
