// The metadata service.
export { metadataEvent } from "./events.ts";
export { type MetadataListenerOptions, startMetadataListener } from "./listener.ts";
export type { MetadataRequest } from "./request.ts";
export { respond } from "./respond.ts";
