import { expect, test } from "@jest/globals";
import { checkClock, checkEngine, checkNames, checkPorts } from "./machine.ts";

const HERE = ["127.0.0.1"];
const NOW = Date.parse("2026-11-22T05:30:00Z");

test("an engine that answers, and one that does not", () => {
  const well = { engine: { text: "28.1" }, plugin: { text: "2.40" }, isNeeded: true };
  expect(checkEngine(well).map(({ level }) => level)).toEqual(["ok", "ok"]);
  const gone = { engine: { wrong: "there is no command docker" }, plugin: { wrong: "no" } };
  const levels = (isNeeded: boolean) =>
    checkEngine({ ...gone, isNeeded }).map(({ check, level }) => `${check} ${level}`);
  expect(levels(true)).toEqual(["engine problem", "compose problem"]);
  expect(levels(false)).toEqual(["engine warning", "compose warning"]);
});

test.each([
  ["the same", 2_000, 0, "ok", /the same time$/],
  ["the world's was set", 0, 3_600_000, "ok", /3600 s ahead of/],
  ["behind", 0, -60_000, "ok", /60 s behind/],
  ["apart", 6_000, 0, "warning", /6 s apart/],
  ["far apart", -16 * 60_000, 0, "problem", /960 s apart: signatures are refused/],
])("clocks: %s", (_, apart, moved, level, says) => {
  const found = checkClock({ hostTime: NOW + apart, simulatorTime: NOW, worldTime: NOW + moved });
  expect(found).toMatchObject({ level, message: expect.stringMatching(says) });
});

test("clocks are not compared with nothing", () => {
  expect(checkClock(undefined)).toMatchObject({ level: "ok", message: expect.stringContaining("not compared") });
});

test.each([
  ["all", { localhost: ["::1"], "s3.localhost": HERE, "demo.s3.localhost": HERE }, "ok", /are this host/],
  ["no subdomains", { localhost: HERE, "s3.localhost": [] }, "warning", /s3\.localhost resolves to no address/],
  ["elsewhere", { localhost: HERE, "s3.localhost": ["10.0.0.1"] }, "warning", /to 10\.0\.0\.1, demo/],
  ["nothing", {}, "problem", /^localhost resolves to no address/],
])("names: %s", (_, resolved, level, says) => {
  expect(checkNames(resolved)).toMatchObject([{ level, message: expect.stringMatching(says) }]);
});

test("ports", () => {
  const free = { port: 4566, use: "AWS APIs and S3", option: "--aws-port" };
  expect(checkPorts([free])).toMatchObject([{ level: "ok" }]);
  expect(checkPorts(undefined)).toMatchObject([{ level: "ok" }]);
  const taken = [
    { ...free, takenBy: "nginx (pid 7)" },
    { ...free, port: 4567, takenBy: "" },
  ];
  expect(checkPorts(taken)).toMatchObject([
    {
      level: "warning",
      message: expect.stringContaining("nginx (pid 7)"),
      advice: expect.stringContaining("--aws-port 0"),
    },
    { level: "warning", message: expect.stringContaining("another program") },
  ]);
});
