// The AWS APIs' HTTP server: a module of its own, loaded with the first request to it.
import { createServer, type Server } from "node:http";
import { awsApp } from "@rolemint/control-plane";

export function serveApis(options: Parameters<typeof awsApp>[0]): Server {
  return createServer(awsApp(options));
}
