// Requests that are not S3's, handed on to a control plane in another container as they came: target, headers and body
// untouched, so that signatures still verify, and one header more that tells whose they are.
import { request as ask, type IncomingMessage, type ServerResponse } from "node:http";
import { withPeer } from "@rolemint/authority/peer";
import type { Entropy } from "@rolemint/host";
import type { Log } from "@rolemint/host/log";
import { AwsError, encodeJsonError, encodeQueryError } from "@rolemint/wire";
import { sourceIpOf } from "./exchange.ts";
import { requestIds } from "./request-ids.ts";
import type { ControlPlane } from "./server.ts";

export interface PipeOptions {
  readonly host: string;
  readonly port: number;
  /** The installation's: the control plane believes the peer's address only beside it. */
  readonly secret: string;
  readonly entropy: Entropy;
  readonly log: Log;
}

const AWAY = new AwsError("ServiceUnavailable", 503, "The service is unavailable: its control plane does not answer.");
const FAULT_XMLNS = "http://webservices.amazon.com/AWSFault/2005-15-09";

export function pipeTo({ host, port, secret, entropy, log }: PipeOptions): ControlPlane {
  const newRequestId = requestIds(entropy);
  return (request, response) => {
    const { method, url, rawHeaders, socket } = request;
    const headers = withPeer(rawHeaders, secret, sourceIpOf(socket));
    // A connection for each call: nearly all have a body, which could not be sent again when a kept one turns out dead.
    const onward = ask({ host, port, method, path: url, headers, setHost: false, agent: false }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.statusMessage, answer.rawHeaders);
      answer.pipe(response);
      answer.on("error", () => response.destroy());
    });
    onward.on("error", (error) => {
      if (response.headersSent || response.destroyed) return void response.destroy();
      log.warn({ err: error }, "the control plane could not be asked");
      refuse(request, response, newRequestId());
    });
    response.on("close", () => onward.destroy());
    request.pipe(onward);
  };
}

/** SDKs take a 503 for passing, and try again. Clients of a JSON protocol read no XML. */
function refuse(request: IncomingMessage, response: ServerResponse, requestId: string): void {
  request.unpipe();
  request.resume();
  const isJson = (request.headers["content-type"] ?? "").startsWith("application/x-amz-json");
  const answer = isJson ? encodeJsonError(AWAY) : encodeQueryError(AWAY, FAULT_XMLNS, requestId);
  const { status, contentType, body } = answer;
  response.statusCode = status;
  response.setHeader("content-type", contentType);
  response.setHeader("x-amzn-requestid", requestId);
  response.setHeader("retry-after", "1");
  response.end(body);
}
