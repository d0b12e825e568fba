// The S3 gate: verifies, authorises, and serves S3 from a back end.
export { createGate, type GateOptions, type S3Gate } from "./create-gate.ts";
export { type ForwardBackendOptions, openForwardBackend } from "./forward.ts";
export type { ControlPlane } from "./server.ts";
