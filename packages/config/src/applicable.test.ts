// A config that comes over the control API was read elsewhere: what it names need not be here.
import { expect, test } from "@jest/globals";
import { configProblem } from "./applicable.ts";
import { builtinConfig } from "./index.ts";

test.each([
  ["is here", process.cwd(), undefined],
  ["is not here", "/none/seed", /^Config\.buckets\.0\.objectsDirectory: .*no directory "\/none\/seed".*container/],
])("a directory of objects that %s", (_, objectsDirectory, says) => {
  const config = builtinConfig();
  const buckets = [{ name: "demo", publicAccessBlock: true, objectsDirectory }];
  expect(configProblem({ ...config, buckets })).toEqual(says && expect.stringMatching(says));
});
