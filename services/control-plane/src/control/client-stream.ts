// `GET /client`: whoever has power over a program's process attaches it to its instance, and is told how it is to be, a
// state a line, until the connection ends. `rolemint exec` does, and the kit for testcontainers; where nobody does, the
// faults of the client are refused.
import { boolean, described, duration, oneOf, required, string, struct } from "@rolemint/wire";
import type { ClientState, World } from "@rolemint/world";
import type { Request, Response } from "express";
import { instanceNamed } from "./action.ts";
import { readStruct, writeJson } from "./json.ts";

export const ClientInput = struct({
  instance: required(described(string(), "name or id of a running instance")),
  clock: described(oneOf("true", "false"), "whether the program's clock can be moved"),
});

export const ClientView = struct({
  Stopped: required(described(boolean(), "whether it is to be stopped (SIGSTOP), or to go on")),
  Offset: required(described(duration({ isSigned: true }), "how far its clock is to be off from how it was started")),
});

/** Throws ControlError for parameters that are none; then nothing was sent. */
export function streamClientState(request: Request, response: Response, world: World): void {
  const input = readStruct(ClientInput, { ...request.query }, "", "GET /client") as Record<string, string>;
  const { id } = instanceNamed(world, input["instance"]!);
  response.setHeader("Content-Type", "application/x-ndjson");
  response.flushHeaders();
  const told = (state: ClientState) => void response.write(clientText(state));
  const detach = world.attached.attach({ instanceId: id, hasClock: input["clock"] === "true", told });
  response.once("close", detach);
}

function clientText({ isStopped, offsetMs }: ClientState): string {
  return `${JSON.stringify(writeJson(ClientView, { Stopped: isStopped, Offset: offsetMs }))}\n`;
}
