import { expect, test } from "@jest/globals";
import { projectToConnect } from "./connect.ts";

const SHOP = { project: "shop", directory: "/src/shop" };
const BLOG = { project: "blog", directory: "/src/blog" };

test.each([
  ["the only one", [SHOP], "/elsewhere", "shop"],
  ["the one of this directory", [SHOP, BLOG], "/src/blog", "blog"],
])("%s", (_, running, here, expected) => {
  expect(projectToConnect(running, here)).toBe(expected);
});

test.each([
  ["none runs", [], "/src/shop", /no compose project runs rolemint/],
  ["none is of this directory", [SHOP, BLOG], "/src", /--project: shop, blog/],
  ["two are of this directory", [SHOP, { ...BLOG, directory: "/src/shop" }], "/src/shop", /--project: shop, blog/],
])("asked for where %s", (_, running, here, says) => {
  expect(() => projectToConnect(running, here)).toThrow(says);
});
