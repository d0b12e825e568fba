// The control API's HTTP server: a module of its own, loaded with the first request to it.
import { createServer, type Server } from "node:http";
import { type ControlOptions, controlApp } from "@rolemint/control-plane";

export function serveControl(options: ControlOptions): Server {
  return createServer(controlApp(options));
}
