// The simulator: all services in one process.
export type { ReadyFile } from "./ready-file.ts";
export { type Simulator, type SimulatorOptions, startSimulator } from "./simulator.ts";
