// The control API's server. Its express application is loaded with the first request, so that starting needs none.
import { createServer, type Server } from "node:http";
import type { ControlOptions } from "@rolemint/control-plane";

export function controlServer(options: ControlOptions): Server {
  let loading: Promise<(request: unknown, response: unknown) => void> | undefined;
  return createServer((request, response) => {
    loading ??= import("@rolemint/control-plane").then(({ controlApp }) => controlApp(options) as never);
    void loading.then((app) => app(request, response));
  });
}
