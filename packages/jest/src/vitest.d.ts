// Types of vitest.js. Vitest's assertion has the members of Chai's in every version; its own interfaces have other type
// parameters in Vitest 5 than before.
import "vitest";
import type { RolemintMatchers } from "./api.ts";

declare global {
  namespace Chai {
    interface Assertion extends RolemintMatchers {}
  }
}
