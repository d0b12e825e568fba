import { expect, test } from "@jest/globals";
import { projectOf } from "../compose/service.ts";
import { checkCompose } from "./compose-checks.ts";

const OURS = {
  imds: { labels: { "rolemint.part": "imds" }, networks: { apps: { link_local_ips: ["169.254.169.254"] } } },
  "s3-authorizer": {
    labels: { "rolemint.part": "s3-authorizer" },
    networks: { apps: { link_local_ips: ["169.254.171.1"] }, held: { ipv4_address: "172.31.171.2" } },
  },
};
const environment = { AWS_ENDPOINT_URL: "http://169.254.171.1:4566" };
const on = (address: string) => ({ apps: { link_local_ips: [address] } });
const WEB = { networks: on("169.254.10.1"), cap_drop: ["NET_RAW"], environment };
const WEB_INSTANCE = { name: "web", address: "169.254.10.1" };
const HOLDER = { command: ["serve", "holder", "--instance", "held"], networks: { held: {} }, cap_add: ["NET_ADMIN"] };

function findings(services: object, instances: readonly { name: string; address?: string }[] = [WEB_INSTANCE]) {
  const all = checkCompose({ project: projectOf({ services: { ...OURS, ...services } }), instances });
  return all.filter(({ level }) => level !== "ok").map(({ check, level, message }) => `${level} ${check}: ${message}`);
}

test("a project that is well: each check says so", () => {
  expect(findings({ web: WEB, db: {} })).toEqual([]);
  const all = checkCompose({ project: projectOf({ services: { ...OURS, web: WEB } }), instances: [WEB_INSTANCE] });
  expect(all.map(({ check, level, advice }) => [check, level, advice])).toEqual(
    ["compose-features", "addresses", "reach", "instances", "capabilities", "isolation", "credentials"].map((check) => [
      check,
      "ok",
      undefined,
    ]),
  );
});

test("an app in a holder's namespace needs neither an address nor fewer powers", () => {
  const app = { network_mode: "service:holder", privileged: true, environment };
  expect(findings({ web: WEB, holder: HOLDER, app }, [WEB_INSTANCE, { name: "held" }])).toEqual([]);
});

test.each<[string, object, readonly { name: string; address?: string }[] | undefined, RegExp]>([
  ["an address twice", { web: WEB, b: WEB }, undefined, /^problem addresses: 169\.254\.10\.1 .*web and b/],
  [
    "addresses on two networks",
    { web: { ...WEB, networks: { ...on("169.254.10.1"), b: { link_local_ips: ["169.254.10.1"] } } } },
    undefined,
    /^problem addresses: web has link-local addresses on several networks/,
  ],
  ["replicas", { web: { ...WEB, scale: 3 } }, undefined, /^problem addresses: the 3 replicas of web/],
  [
    "an address of ours",
    { web: WEB },
    [WEB_INSTANCE, { name: "bad", address: "169.254.171.1" }],
    /^problem addresses: instance bad has 169\.254\.171\.1/,
  ],
  [
    "a role and no address",
    { web: WEB, b: { labels: ["rolemint.role=a"], environment } },
    undefined,
    /^problem reach: b /,
  ],
  [
    "a role on the host's network",
    { web: WEB, b: { labels: ["rolemint.role=a"], network_mode: "host", environment } },
    undefined,
    /^problem reach: b has network_mode host/,
  ],
  [
    "an address where no metadata is",
    { web: { ...WEB, networks: { other: { link_local_ips: ["169.254.10.1"] } } } },
    undefined,
    /^problem reach: web .*no network/,
  ],
  ["an address of no instance", { web: WEB }, [], /^problem instances: web calls from 169\.254\.10\.1/],
  ["an instance of no service", {}, undefined, /^warning instances: instance web has 169\.254\.10\.1/],
  [
    "an instance nobody can be",
    { web: WEB },
    [WEB_INSTANCE, { name: "b" }],
    /^warning instances: instance b has neither/,
  ],
  ["a holder of nothing", { web: WEB, holder: HOLDER }, undefined, /^problem instances: a holder is for instance held/],
  ["raw packets", { web: { ...WEB, cap_drop: [] } }, undefined, /^warning capabilities: web has NET_RAW:/],
  [
    "power over its network",
    { web: { ...WEB, cap_add: ["NET_ADMIN"] } },
    undefined,
    /^warning capabilities: web has NET_ADMIN/,
  ],
  [
    "raw packets of a bystander",
    { web: WEB, db: { networks: ["apps"] } },
    undefined,
    /^warning capabilities: db has NET_RAW:/,
  ],
  [
    "raw packets of a sidecar",
    { web: WEB, side: { network_mode: "service:web" } },
    undefined,
    /^warning capabilities: side, which shares the network and the role of web, has NET_RAW:/,
  ],
  [
    "raw packets of a sidecar's sidecar",
    { web: WEB, side: { network_mode: "service:web", cap_drop: ["ALL"] }, more: { network_mode: "service:side" } },
    undefined,
    /^warning capabilities: more, which shares the network and the role of web/,
  ],
  [
    "raw packets in a stranger's container",
    { web: WEB, side: { network_mode: "container:else" } },
    undefined,
    /^warning capabilities: side joins the container else.*NET_RAW/,
  ],
  [
    "a volume of ours",
    { web: { ...WEB, volumes: ["rolemint-installation:/i"] } },
    undefined,
    /^problem isolation: web mounts rolemint-installation/,
  ],
  [
    "a volume that a service of ours has under another name",
    { imds: { ...OURS.imds, volumes: ["secret:/run/rolemint"] }, web: WEB, db: { volumes: ["secret:/s"] } },
    undefined,
    /^problem isolation: db mounts secret/,
  ],
  [
    "a network of ours",
    { web: WEB, db: { networks: ["rolemint-internal"] } },
    undefined,
    /^problem isolation: db stands on rolemint-internal/,
  ],
  [
    "a namespace of ours",
    { web: WEB, db: { network_mode: "service:s3-authorizer" } },
    undefined,
    /^problem isolation: db joins the network of s3-authorizer/,
  ],
  [
    "keys",
    { web: { ...WEB, environment: { ...environment, AWS_ACCESS_KEY_ID: "AKIAIOSFODNN7EXAMPLE" } } },
    undefined,
    /^problem credentials: web: AWS_ACCESS_KEY_ID: (?!.*AKIA)/,
  ],
  ["no endpoint", { web: { ...WEB, environment: {} } }, undefined, /^warning credentials: web has no AWS_ENDPOINT_URL/],
])("found: %s", (_, services, instances, says) => {
  expect(findings(services, instances)).toEqual([expect.stringMatching(says)]);
});

test("services of ours have what is ours, and a bind mount is nobody's", () => {
  const volumes = ["rolemint-storage-keys:/run/storage", "./:/etc/rolemint:ro"];
  const services = { imds: { ...OURS.imds, volumes }, minio: { volumes }, web: { ...WEB, volumes: ["./:/site"] } };
  expect(findings(services)).toEqual([]);
});

test("a sidecar without powers is told of, and nothing is wrong", () => {
  const services = { ...OURS, web: WEB, side: { network_mode: "service:web", cap_drop: ["NET_RAW"] } };
  const all = checkCompose({ project: projectOf({ services }), instances: [WEB_INSTANCE] });
  expect(all.filter(({ check }) => check === "capabilities")).toEqual([
    { check: "capabilities", level: "ok", message: "no app can take a neighbour's address" },
    { check: "capabilities", level: "ok", message: "side shares the network and the role of web" },
  ]);
});

test("every finding says what to do", () => {
  const found = checkCompose({ project: projectOf({ include: [], services: { a: WEB, b: WEB } }), instances: [] });
  const bad = found.filter(({ level }) => level !== "ok");
  expect(bad.map(({ check }) => check)).toEqual(
    expect.arrayContaining(["compose-features", "addresses", "reach", "instances"]),
  );
  expect(bad.filter(({ advice }) => advice === undefined)).toEqual([]);
});

test("without a config, addresses are not compared with it", () => {
  const found = checkCompose({ project: projectOf({ services: { ...OURS, web: WEB } }) });
  expect(found.filter(({ level }) => level !== "ok")).toMatchObject([{ check: "instances", level: "warning" }]);
});
