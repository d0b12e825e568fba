import { expect, test } from "@jest/globals";
import { ownerOf } from "./namespaces.ts";
import { projectOf } from "./service.ts";

const { services } = projectOf({
  services: {
    web: {},
    "front-web": {},
    named: { container_name: "Shop" },
    side: { network_mode: "service:web" },
    more: { network_mode: "service:side" },
    a: { network_mode: "service:b" },
    b: { network_mode: "service:a" },
  },
});

test.each([
  ["service:web", "web"],
  ["service:more", "web"],
  ["container:Shop", "named"],
  ["container:shop-web-1", "web"],
  ["container:shop_web_2", "web"],
  ["container:shop-front-web-1", "front-web"],
  ["container:shop-named-1", undefined],
  ["container:web", undefined],
  ["service:none", undefined],
  ["service:a", undefined],
  ["host", undefined],
  ["none", undefined],
])("%s is the namespace of %s", (networkMode, expected) => {
  expect(ownerOf({ ...services[0]!, name: "x", networkMode }, services)?.name).toBe(expected);
});
