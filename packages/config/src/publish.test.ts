import { readFileSync } from "node:fs";
import { expect, test } from "@jest/globals";
import { JSON_SCHEMA_FILE, jsonSchemaText, MANUAL_FILE, manualText } from "./publish.ts";

// If one fails: run packages/config/src/publish.ts and commit what it writes.
test("the committed JSON Schema is the one that the schema makes", () => {
  expect(readFileSync(JSON_SCHEMA_FILE, "utf8")).toBe(jsonSchemaText());
});

test("the committed manual is the one that the schema makes", () => {
  expect(readFileSync(MANUAL_FILE, "utf8")).toBe(manualText());
});
