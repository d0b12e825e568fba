import { expect, test } from "@jest/globals";
import {
  attachmentsOf,
  type ComposeService,
  hasCapability,
  heldInstance,
  isOurs,
  linkLocalOf,
  overlaid,
  projectOf,
} from "./service.ts";

const only = (service: object): ComposeService => projectOf({ services: { web: service } }).services[0]!;

test.each([
  ["lists", { labels: ["rolemint.role=a", "bare"], environment: ["A=1=2", "FROM_SHELL"], networks: ["back"] }],
  [
    "mappings",
    {
      labels: { "rolemint.role": "a", bare: "" },
      environment: { A: "1=2", FROM_SHELL: null },
      networks: { back: null },
    },
  ],
])("a service written with %s", (_, service) => {
  expect(only(service)).toMatchObject({
    labels: { "rolemint.role": "a", bare: "" },
    environment: { A: "1=2", FROM_SHELL: undefined },
    networks: [{ network: "back", linkLocal: [] }],
  });
});

test("a service that names no network is on the default one, unless it has a network mode", () => {
  expect(attachmentsOf(only({}))).toEqual([{ network: "default", linkLocal: [] }]);
  expect(attachmentsOf(only({ network_mode: "host" }))).toEqual([]);
});

test("link-local addresses, given for the link or fixed", () => {
  const networks = { a: { link_local_ips: ["169.254.1.1", "10.0.0.1"] }, b: { ipv4_address: "169.254.1.2" }, c: {} };
  expect(linkLocalOf(only({ networks }))).toEqual(["169.254.1.1", "169.254.1.2"]);
});

test.each([
  ["by default", {}, { NET_RAW: true, NET_ADMIN: false }],
  ["dropped", { cap_drop: ["cap_net_raw"] }, { NET_RAW: false, NET_ADMIN: false }],
  ["all dropped", { cap_drop: ["ALL"] }, { NET_RAW: false, NET_ADMIN: false }],
  ["dropped and added", { cap_drop: ["ALL"], cap_add: ["NET_RAW"] }, { NET_RAW: true, NET_ADMIN: false }],
  ["all added", { cap_add: ["ALL"], cap_drop: ["NET_RAW"] }, { NET_RAW: true, NET_ADMIN: true }],
  ["privileged", { privileged: true, cap_drop: ["NET_RAW"] }, { NET_RAW: true, NET_ADMIN: true }],
])("capabilities: %s", (_, service, expected) => {
  const has = (name: string) => hasCapability(only(service), name);
  expect({ NET_RAW: has("NET_RAW"), NET_ADMIN: has("NET_ADMIN") }).toEqual(expected);
});

test("holders are known by their command, other services of ours by their label", () => {
  const holder = only({ command: "serve holder --instance web --seam /run/s.sock" });
  expect([heldInstance(holder), isOurs(holder)]).toEqual(["web", true]);
  expect(isOurs(only({ labels: ["rolemint.part=imds"] }))).toBe(true);
  expect(isOurs(only({ command: ["serve", "--instance", "web"] }))).toBe(false);
});

test("volumes: what a service mounts or takes, and what the engine calls them", () => {
  const services = { web: { volumes: ["data:/data"], volumes_from: ["db:ro", "container:other:rw"] } };
  const project = projectOf({ services, volumes: { data: null, named: { name: "mine" } } });
  expect(project.services[0]).toMatchObject({ volumesFrom: ["db", "other"] });
  expect(project.volumes).toEqual([
    { name: "data", engineName: "data" },
    { name: "named", engineName: "mine" },
  ]);
});

test("files laid over each other", () => {
  const under = projectOf({
    services: {
      web: {
        networks: { back: { link_local_ips: ["169.254.1.1"] } },
        environment: { A: "1", B: "1" },
        cap_drop: ["A"],
      },
      db: {},
    },
  });
  const over = projectOf({
    services: {
      web: { networks: ["back", "front"], environment: ["B=2"], cap_drop: ["NET_RAW"], volumes: ["./a:/data:ro"] },
      imds: {},
    },
    networks: { front: { internal: true } },
  });
  const project = overlaid(under, over);
  expect(project.services.map(({ name }) => name)).toEqual(["web", "db", "imds"]);
  expect(project.services[0]).toMatchObject({
    networks: [
      { network: "back", linkLocal: ["169.254.1.1"] },
      { network: "front", linkLocal: [] },
    ],
    environment: { A: "1", B: "2" },
    capDrop: ["A", "NET_RAW"],
    mounts: [{ source: "./a", target: "/data" }],
  });
  expect(project.networks).toEqual([{ name: "front", isInternal: true, subnets: [] }]);
});

test.each([[null], ["text"], [[]], [{ services: [] }], [{ services: { web: null }, networks: { a: "b" } }]])(
  "%j is read without harm",
  (file) => {
    expect(() => projectOf(file)).not.toThrow();
  },
);
