// A presigned URL, fetched as anybody would who was given it: from the host, where the gate has another address.
import { request } from "node:http";
import type { Answer } from "../clients/session.ts";

export function fetchPresigned(endpoint: string, url: string): Promise<Answer> {
  const { host, pathname, search } = new URL(url);
  const { hostname, port } = new URL(endpoint);
  return new Promise((done, fail) => {
    const options = { hostname, port, path: pathname + search, headers: { host }, agent: false };
    request(options, (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (part: string) => {
        text += part;
      });
      response.on("end", () =>
        done({ isOk: response.statusCode === 200, text: /<Code>(.*?)</.exec(text)?.[1] ?? text }),
      );
    })
      .on("error", fail)
      .end();
  });
}
