// Gives Vitest's `expect` the matchers: `import "@rolemint/jest/vitest"`. Plain JavaScript: Vitest is the user's.
import { expect } from "vitest";
import { matchers } from "./matchers.ts";

expect.extend(matchers);
