import { expect, test } from "@jest/globals";
import { ApplyError } from "@rolemint/config";
import { ListenError } from "@rolemint/host";
import { ReadyFileError } from "@rolemint/simulator/ready-file";
import { StoreAwayError } from "@rolemint/simulator/state";
import { StateError } from "@rolemint/world";
import { asCliError } from "./start-errors.ts";

const NEXT = { listen: ({ port }: ListenError) => `not ${port}`, store: "start it", readyFile: "elsewhere" };

test.each([
  [new ApplyError("another account"), 2, "another account"],
  [new StateError("unusable", "it is broken; repair it"), 3, "it is broken; repair it"],
  [new StoreAwayError("it is away"), 3, "it is away; start it"],
  [new ReadyFileError("no such place"), 3, "no such place; elsewhere"],
  [new ListenError("EADDRINUSE", "127.0.0.1", 80), 3, "port 80 on 127.0.0.1 is taken by another program; not 80"],
  [Object.assign(new Error("write"), { code: "ENOSPC" }), 3, "the disk that the state is on is full; make room there"],
  [
    Object.assign(new Error("database or disk is full"), { code: "ERR_SQLITE_ERROR", errcode: 13 }),
    3,
    "the disk that the state is on is full; make room there",
  ],
])("%s", (error, exitCode, message) => {
  expect(asCliError(error, NEXT)).toMatchObject({ exitCode, message });
});

test("what is not known stays what it is", () => {
  const error = new TypeError("a bug");
  expect(asCliError(error, NEXT)).toBe(error);
});
