// Types of vitest.js.
import "vitest";
import type { RolemintMatchers } from "./api.ts";

declare module "vitest" {
  interface Assertion<T = any> extends RolemintMatchers {}
}
