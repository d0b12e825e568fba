// The control plane over HTTP: an express application that reads the body and hands the call to its service.
import { peerReader } from "@rolemint/authority/peer";
import { AwsError, internalFailure } from "@rolemint/wire";
import express, { type Express, type NextFunction, type Request, type Response } from "express";
import { answerCall, type Plane } from "./pipeline.ts";
import type { IncomingCall } from "./service.ts";
import { serviceFor } from "./services.ts";
import { sts } from "./sts/service.ts";

/** The largest request: a policy document of 131,072 characters, percent-encoded, and some room. */
const MAX_BODY = "1mb";

export interface AppOptions extends Plane {
  /** Only who has it may call, and is believed the peer's address. Absent: callers come directly. */
  readonly frontSecret?: string;
}

/** The AWS APIs: IAM, STS, EC2, CloudTrail. Mounted behind the front, or listened on by itself. */
export function awsApp(options: AppOptions): Express {
  const { frontSecret, ...plane } = options;
  const peerOf = frontSecret === undefined ? directPeer : toldPeer(frontSecret);
  const app = express();
  app.disable("x-powered-by");
  app.disable("etag");
  app.use((request, response, next) => {
    response.locals["peer"] = peerOf(request);
    if (response.locals["peer"] === undefined) response.socket?.destroy();
    else next();
  });
  app.use(express.raw({ type: () => true, limit: MAX_BODY, inflate: false }));
  app.use(async (request: Request, response: Response) => {
    const call = callOf(request, response);
    const service = serviceFor(call);
    if (service && !("unserved" in service)) {
      send(response, plane, await answerCall(plane, service, call));
      return;
    }
    const requestId = plane.world.ids.uuid();
    const error = service
      ? new AwsError("NotImplemented", 501, `${service.unserved} is not implemented by rolemint`)
      : new AwsError(
          "InvalidAction",
          400,
          "The request names no service: it is not signed, and its Host and Version tell none",
        );
    send(response, plane, { ...sts.encodeError(error, requestId, call), requestId });
  });
  app.use((error: { status?: number }, request: Request, response: Response, _next: NextFunction) => {
    const requestId = plane.world.ids.uuid();
    const refused = bodyRefusal(error.status);
    if (refused.status === 500) plane.unexpected(error, requestId);
    const call = callOf(request, response);
    send(response, plane, { ...sts.encodeError(refused, requestId, call), requestId });
  });
  return app;
}

/** Express gives the errors of a body a status of their own; any other error is ours. */
function bodyRefusal(status = 500): AwsError {
  if (status === 413) return new AwsError("RequestEntityTooLarge", 413, `The request is larger than ${MAX_BODY}`);
  if (status >= 500) return internalFailure();
  return new AwsError("MalformedInput", 400, "The body of the request could not be read");
}

function directPeer({ socket }: Request): string | undefined {
  return (socket.remoteAddress ?? "").replace(/^::ffff:/, "");
}

function toldPeer(secret: string): (request: Request) => string | undefined {
  const read = peerReader(secret);
  return ({ headers }) => read(headers);
}

function callOf(request: Request, response: Response): IncomingCall {
  return {
    method: request.method,
    target: request.originalUrl,
    rawHeaders: request.rawHeaders,
    body: Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0),
    sourceIp: response.locals["peer"] as string,
    isSecure: false,
  };
}

function send(response: Response, plane: Plane, answer: Awaited<ReturnType<typeof answerCall>>): void {
  response.statusCode = answer.status;
  response.setHeader("x-amzn-RequestId", answer.requestId);
  response.setHeader("Content-Type", answer.contentType);
  response.setHeader("Date", new Date(plane.world.now()).toUTCString());
  response.end(answer.body);
}
