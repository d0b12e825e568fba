// Requests that are not S3's, handed on to a control plane in another container as they came: target, headers and body
// untouched, so that signatures still verify, and one header more that tells whose they are.
import { request as ask, type IncomingMessage, type ServerResponse } from "node:http";
import type { Entropy } from "@rolemint/host";
import type { Log } from "@rolemint/host/log";
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

const PEER_HEADER = "x-rolemint-peer";

export function pipeTo({ host, port, secret, entropy, log }: PipeOptions): ControlPlane {
  const newRequestId = requestIds(entropy);
  return (request, response) => {
    const { method, url, rawHeaders, socket } = request;
    const peer = (socket.remoteAddress ?? "").replace(/^::ffff:/, "");
    const headers = [...withoutPeer(rawHeaders), PEER_HEADER, `${secret} ${peer}`];
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

/** What a client sent under our header's name is not the gate's word. */
function withoutPeer(rawHeaders: readonly string[]): string[] {
  return rawHeaders.filter((_, index) => rawHeaders[index - (index % 2)]?.toLowerCase() !== PEER_HEADER);
}

/** SDKs take a 503 for passing, and try again. */
function refuse(request: IncomingMessage, response: ServerResponse, requestId: string): void {
  request.unpipe();
  request.resume();
  const text = "<Message>The service is unavailable: its control plane does not answer.</Message>";
  const error = `<Error><Type>Receiver</Type><Code>ServiceUnavailable</Code>${text}</Error>`;
  response.writeHead(503, { "content-type": "text/xml", "retry-after": "1" });
  response.end(`<ErrorResponse>${error}<RequestId>${requestId}</RequestId></ErrorResponse>`);
}
