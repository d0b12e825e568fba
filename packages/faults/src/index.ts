// Faults: what each is, and which of them act on a request.
export { draw } from "./chance.ts";
export { type ActiveFaults, type Injector, openInjector } from "./injector.ts";
export type {
  AskedCall,
  AskedMetadata,
  CallDeed,
  Channel,
  Description,
  MetadataDeed,
  Power,
  Rewritten,
} from "./kind.ts";
export { REQUEST_KINDS } from "./kinds/index.ts";
export { checkParameters, type Given, type Parameter, type Parameters, type Values, wantedOf } from "./parameters.ts";
export { isMeant, overlap, type Subject } from "./target.ts";
