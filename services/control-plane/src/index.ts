// The control plane: AWS's management APIs over a world.
export { awsApp } from "./app.ts";
export type { Callers } from "./authenticate.ts";
export type { ControlSurroundings } from "./control/action.ts";
export { type ControlOptions, controlApp } from "./control/app.ts";
export { type Answered, answerCall, type Plane } from "./pipeline.ts";
export type { IncomingCall, Service } from "./service.ts";
export { serviceFor } from "./services.ts";
