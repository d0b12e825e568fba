// The simulator: all services in one process.
export { type ReadyFile, ReadyFileError } from "./ready-file.ts";
export { type Simulator, type SimulatorOptions, startSimulator } from "./simulator.ts";
export { StoreAwayError } from "./state.ts";
