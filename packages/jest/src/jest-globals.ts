// Gives the `expect` of `@jest/globals` the matchers: `import "@rolemint/jest/jest-globals"`.
import { expect } from "@jest/globals";
import type { RolemintMatchers } from "./api.ts";
import { matchers } from "./matchers.ts";

declare module "@jest/expect" {
  interface Matchers<R extends void | Promise<void>, T = unknown> extends RolemintMatchers {}
}

expect.extend(matchers as never);
