// The recorded and documented exchanges in test/golden/imds, byte for byte. A file's first line says where it is from,
// its second which sample it is asked of and when; then the request (`> `) and the answer's head (`< `), where a line's
// end stands for CR LF, and the body, whose end is the line end before the end of the file. `{token}` is a token of the
// instance, asked for at the beginning, and `{foreign}` one of another.
import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "@jest/globals";
import type { InstanceView } from "@rolemint/authority";
import { seededEntropy } from "@rolemint/host";
import { textOf } from "./answer.ts";
import { respond } from "./respond.ts";
import { SAMPLE_NOW, SAMPLE_VIEWS } from "./sample-view.fixture.ts";

const FOLDER = new URL("../../../test/golden/imds/", import.meta.url);

interface Golden {
  readonly source: string;
  readonly view: InstanceView;
  readonly now: number;
  readonly request: string;
  readonly answer: string;
}

function readGolden(name: string): Golden {
  const text = readFileSync(new URL(name, FOLDER), "latin1");
  const [source = "", where = "", ...lines] = text.split("\n");
  const [, view = "", seconds = ""] = /^(.+), (\d+) seconds? in$/.exec(where) ?? [];
  const sent = lines.filter((line) => line.startsWith(">")).map((line) => line.slice(2));
  const head = lines.filter((line) => line.startsWith("<") && !/^<[a-z?!/]/.test(line)).map((line) => line.slice(2));
  const body = lines.slice(lines.indexOf("<") + 1, -1);
  return {
    source,
    view: SAMPLE_VIEWS[view as keyof typeof SAMPLE_VIEWS],
    now: SAMPLE_NOW + Number(seconds) * 1000,
    request: sent.join("\r\n"),
    answer: `${head.join("\r\n")}\r\n${body.join("\n")}`,
  };
}

/** The first token that this seed gives: a token request's golden shows it. */
function tokenOf(view: InstanceView): string {
  const rawHeaders = ["X-aws-ec2-metadata-token-ttl-seconds", "21600"];
  const request = { method: "PUT", target: "/latest/api/token", rawHeaders, httpVersion: "1.1" };
  return respond(request, view, SAMPLE_NOW, seededEntropy("golden")).body;
}

function answerTo({ request, view, now }: Golden): string {
  const tokens = { "{token}": tokenOf(view), "{foreign}": tokenOf(SAMPLE_VIEWS["another instance"]) };
  const [line = "", ...headers] = request.split("\r\n").filter((each) => each !== "");
  const [method = "", target = "", protocol = ""] = line.split(" ");
  const rawHeaders = headers.flatMap((header) => {
    const [name = "", value = ""] = header.split(": ");
    return [name, tokens[value as keyof typeof tokens] ?? value];
  });
  const sent = { method, target, rawHeaders, httpVersion: protocol.slice("HTTP/".length) };
  return textOf(respond(sent, view, now, seededEntropy("golden")));
}

test.each(readdirSync(FOLDER))("%s", (name) => {
  const golden = readGolden(name);
  expect(golden.source).toMatch(/^(recorded|documented|derived): ./);
  expect(answerTo(golden)).toBe(golden.answer);
});
