// The control API over HTTP: `POST /<Action>` with a bearer token, `GET /events` as a stream, `GET /health` for anyone.
// Pages of other origins and names that lead here by DNS are refused.
import { timingSafeEqual } from "node:crypto";
import express, { type Express, type NextFunction, type Request, type Response } from "express";
import { type ControlAction, ControlError, type ControlSurroundings, checkInput, STATUSES } from "./action.ts";
import { eventView, placeOf } from "./events.ts";
import { CONTROL_ACTIONS, LATER } from "./index.ts";

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
  app.get("/health", (_request, response) => void response.json(options.health()));
  app.use((request, _response, next) => {
    checkToken(request, options.token);
    next();
  });
  app.get("/events", (request, response) => streamEvents(request, response, options));
  app.post("/:action", express.text({ type: () => true, limit: "1mb" }), async (request, response) => {
    const action = actionNamed(String(request.params["action"]));
    response.json(await action.handle(checkInput(action, parsed(request.body)), options));
  });
  app.use(() => {
    throw new ControlError("NotFound", "there is POST /<Action>, GET /events and GET /health");
  });
  app.use((error: unknown, _request: Request, response: Response, _next: NextFunction) => {
    const known = knownError(error);
    if (!known) options.unexpected(error);
    const { code, message } = known ?? new ControlError("InternalFailure", "an unexpected error; the log has it");
    response.status(STATUSES[code]).json({ code, message });
  });
  return app;
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
  if (LATER.has(name)) throw new ControlError("NotImplemented", `${name} is not implemented by rolemint`);
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

/** One event a line, from `since` on, until the client goes away. */
function streamEvents(request: Request, response: Response, { world }: ControlOptions): void {
  const { since, ...others } = request.query;
  if (Object.keys(others).length > 0 || Array.isArray(since)) {
    throw new ControlError("InvalidInput", "GET /events takes one parameter, since, once");
  }
  const from = placeOf(since as string | undefined);
  let after = from.after ?? 0;
  response.setHeader("Content-Type", "application/x-ndjson");
  response.flushHeaders();
  const send = () => {
    for (;;) {
      if (response.writableNeedDrain) return;
      const events = world.timeline.query({
        after,
        ...(from.since !== undefined && { since: from.since }),
        limit: 500,
      });
      if (events.length === 0) return;
      after = events.at(-1)!.Id;
      response.write(events.map((event) => `${JSON.stringify(eventView(event))}\n`).join(""));
    }
  };
  response.on("drain", send);
  const stop = world.timeline.watch(send);
  request.on("close", stop);
  response.on("close", stop);
  send();
}
