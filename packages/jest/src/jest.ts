// Gives Jest's global `expect` the matchers: `import "@rolemint/jest/jest"`.
import type { RolemintMatchers } from "./api.ts";
import { matchers } from "./matchers.ts";

declare global {
  namespace jest {
    interface Matchers<R, T> extends RolemintMatchers {}
  }
}

const { expect } = globalThis as { readonly expect?: { extend(matchers: object): void } };
if (!expect) throw new Error('there is no global expect here; import "@rolemint/jest/jest-globals" instead');
expect.extend(matchers);
