// The metadata service.
export { type MetadataListenerOptions, startMetadataListener } from "./listener.ts";
export type { MetadataRequest } from "./request.ts";
export { respond } from "./respond.ts";
