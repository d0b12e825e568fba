import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { expect, test } from "@jest/globals";
import { baseNames, IMAGES } from "./images.ts";
import { STAND_INS } from "./stand-ins.ts";

test.each([
  ["one", "FROM debian:bookworm-slim\n", ["debian:bookworm-slim"]],
  ["a stage is no image", "FROM a AS build\nRUN x\nFROM b\nCOPY --from=build /x /x\nFROM build\n", ["a", "b"]],
  ["a platform", "from --platform=$BUILDPLATFORM a as build\nFROM b", ["a", "b"]],
  ["a comment", "# FROM x\nFROM a\n", ["a"]],
])("the base images of a Dockerfile: %s", (_, text, names) => {
  expect(baseNames(text)).toEqual(names);
});

const listed = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard"], { encoding: "utf8" });
const dockerfiles = listed.split("\n").filter((file) => /(?:^|\/)Dockerfile$/.test(file));

test.each(dockerfiles)("%s starts from images that a machine without a registry can make", (file) => {
  const own: string[] = Object.values(IMAGES).map(({ tag }) => tag);
  const strangers = baseNames(readFileSync(file, "utf8")).filter((name) => !own.includes(name) && !STAND_INS[name]);
  expect(strangers).toEqual([]);
});
