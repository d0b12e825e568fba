// The control API over HTTP: `POST /<Action>` with a bearer token, `GET /events` as a stream, `GET /health` for anyone.
// Pages of other origins and names that lead here by DNS are refused.
import { timingSafeEqual } from "node:crypto";
import { isFullDisk } from "@rolemint/world";
import express, { type Express, type NextFunction, type Request, type Response } from "express";
import { type ControlAction, ControlError, type ControlSurroundings, STATUSES } from "./action.ts";
import { streamClientState } from "./client-stream.ts";
import { streamEvents } from "./event-stream.ts";
import { Health } from "./health.ts";
import { CONTROL_ACTIONS } from "./index.ts";
import { readInput, writeJson } from "./json.ts";

export interface ControlOptions extends ControlSurroundings {
  readonly token: string;
  /** Host names that requests may use beside the loopback ones. */
  readonly hosts?: readonly string[];
  unexpected(error: unknown): void;
}

export function controlApp(options: ControlOptions): Express {
  const app = express();
  app.disable("x-powered-by");
  app.disable("etag");
  app.use((request, _response, next) => {
    refuseForeign(request, options.hosts ?? []);
    next();
  });
  app.get("/health", (_request, response) => void response.json(writeJson(Health, options.health())));
  app.use((request, _response, next) => {
    checkToken(request, options.token);
    next();
  });
  // express would give HEAD to the handlers of GET, which answer without end and attach somebody.
  app.head(["/client", "/events"], refuseUnknown);
  app.get("/client", (request, response) => streamClientState(request, response, options.world));
  app.get("/events", (request, response) => streamEvents(request, response, options.world));
  app.post("/:action", express.text({ type: () => true, limit: "1mb" }), async (request, response) => {
    const action = actionNamed(String(request.params["action"]));
    const input = readInput(action, parsed(request.body));
    response.json(writeJson(action.output, await action.handle(input as never, options)));
  });
  app.use(refuseUnknown);
  app.use((error: unknown, _request: Request, response: Response, _next: NextFunction) => {
    const known = knownError(error);
    if (!known) options.unexpected(error);
    const { code, message } = known ?? new ControlError("InternalFailure", failureText(error));
    response.status(STATUSES[code]).json({ code, message });
  });
  return app;
}

function failureText(error: unknown): string {
  return isFullDisk(error)
    ? "the disk that the state is on is full; make room there"
    : "an unexpected error; the log has it";
}

function refuseUnknown(): never {
  throw new ControlError("NotFound", "there is POST /<Action>, GET /events, GET /client and GET /health");
}

function refuseForeign(request: Request, hosts: readonly string[]): void {
  const host = (request.headers.host ?? "").replace(/:\d+$/, "").toLowerCase();
  if (!["127.0.0.1", "localhost", "[::1]", ...hosts].includes(host)) {
    throw new ControlError("Forbidden", `the control API is not served under the name ${host || "(none)"}`);
  }
  const { origin } = request.headers;
  if (origin !== undefined && origin !== `http://${request.headers.host}`) {
    throw new ControlError("Forbidden", "the control API is not for pages of other origins");
  }
}

function checkToken(request: Request, token: string): void {
  const given = Buffer.from(/^Bearer (.+)$/.exec(request.headers.authorization ?? "")?.[1] ?? "");
  const wanted = Buffer.from(token);
  if (given.length !== wanted.length || !timingSafeEqual(given, wanted)) {
    throw new ControlError("Unauthorized", "a valid `Authorization: Bearer` token is needed; the ready file has it");
  }
}

function actionNamed(name: string): ControlAction {
  const action = CONTROL_ACTIONS.get(name);
  if (action) return action;
  throw new ControlError("NotFound", `there is no action ${name}; there are ${[...CONTROL_ACTIONS.keys()].join(", ")}`);
}

function parsed(body: unknown): unknown {
  if (typeof body !== "string" || body.trim() === "") return {};
  try {
    return JSON.parse(body);
  } catch {
    throw new ControlError("InvalidInput", "the body is not JSON");
  }
}

/** Errors of ours, and express's own for bodies that are too large or cut short. */
function knownError(error: unknown): ControlError | undefined {
  if (error instanceof ControlError) return error;
  const status = (error as { status?: unknown } | null)?.status;
  if (typeof status !== "number" || status >= 500) return undefined;
  return new ControlError(
    "InvalidInput",
    status === 413 ? "the body is larger than 1 MiB" : "the body could not be read",
  );
}
