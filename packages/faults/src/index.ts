// Faults: what each is, and which of them act on a request.
export { type ActiveFaults, type Injector, openInjector } from "./injector.ts";
export type {
  AskedMetadata,
  CallDeed,
  Description,
  MetadataDeed,
  Power,
  Rewritten,
} from "./kind.ts";
export { REQUEST_KINDS } from "./kinds/index.ts";
export { checkParameters, type Given, type Parameters, type Values, wantedOf } from "./parameters.ts";
export { forInstance, forRole, isMeant, meantInstance, meantRole, overlap } from "./target.ts";
