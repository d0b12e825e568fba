// What is expected of an application, and whether its timeline shows it. Pure: events in, a verdict out.
export { hasNoExpiredCalls, hasUsedGeneration, isAssumedRole, noRefusals } from "./calling.ts";
export { eventsOf, type TimelineEvent } from "./event.ts";
export type { Expectation } from "./expectation.ts";
export { hasCalledMetadata, hasRefreshed, recoversWithin } from "./refreshing.ts";
export { timelineText } from "./timeline-text.ts";
export { outcomeOf, whatOf } from "./wording.ts";
