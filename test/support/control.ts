// The control API as a client without manners asks it: any method, header and body.
import { once } from "node:events";
import { request } from "node:http";
import { expect } from "@jest/globals";
import type { Running } from "./rolemint.ts";

export interface Raw {
  readonly method?: string;
  readonly path?: string;
  readonly headers?: Record<string, string>;
  readonly body?: string | Buffer;
}

/** A call with the right token, unless its headers say otherwise. */
export async function rawControl(
  running: Running,
  { method = "POST", path = "/ListInstances", headers = {}, body = "" }: Raw,
) {
  const { endpoints, controlToken } = running.ready();
  const all = { authorization: `Bearer ${controlToken}`, ...headers };
  const sent = request(endpoints.control, { method, path, headers: all });
  sent.end(body);
  const [response] = await once(sent, "response");
  const chunks = await response.toArray();
  const text = Buffer.concat(chunks).toString();
  return {
    status: response.statusCode as number,
    type: response.headers["content-type"] as string,
    body: text === "" ? undefined : JSON.parse(text),
  };
}

/** That it is refused with this status, in the shape that all refusals have. */
export function expectError(answer: { status: number; body: any }, status: number): void {
  expect(answer).toMatchObject({
    status,
    body: { code: expect.stringMatching(/^[A-Z]\w+$/), message: expect.stringMatching(/\S/) },
  });
  expect(Object.keys(answer.body).sort()).toEqual(["code", "message"]);
}
