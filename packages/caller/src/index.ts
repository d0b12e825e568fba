// Who calls, ready to be asked what it may do.
export { type Caller, prepareCaller } from "./caller.ts";
export { type Question, type Refused, refusalOf } from "./decide.ts";
export { because, type DenialDetail, likewise } from "./denial-cause.ts";
export { type RefusalDetail, refusalText } from "./refusal-detail.ts";
