import { expect, test } from "@jest/globals";
import { adopt } from "./adopt.ts";
import { projectOf } from "./service.ts";

const adopted = (services: object, named: readonly string[] = [], networks: object = {}) =>
  adopt(projectOf({ services, networks }), named, "compose.yaml");

test("the services that are named, or those with the label", () => {
  const services = { web: {}, worker: { labels: ["rolemint.role=writer"] }, db: {} };
  expect(adopted(services)).toMatchObject({ services: [{ service: "worker", role: "writer" }] });
  expect(adopted(services, ["web", "worker", "web"])).toEqual({
    services: [
      { service: "web", role: "web", address: "169.254.10.1", isOnDefault: true },
      { service: "worker", role: "writer", address: "169.254.10.2", isOnDefault: true },
    ],
    sharers: [],
    region: "us-east-1",
    warnings: [],
  });
});

test("an address that another service has is left out", () => {
  const other = { networks: { a: { link_local_ips: ["169.254.10.1"] } } };
  expect(adopted({ web: { networks: ["a"] }, other }, ["web"])).toMatchObject({
    services: [{ address: "169.254.10.2", isOnDefault: false }],
  });
});

test("every service has an address of its own, however many there are", () => {
  const names = Array.from({ length: 300 }, (_, index) => `s${index}`);
  const adoption = adopted(Object.fromEntries(names.map((name) => [name, {}])), names);
  const addresses = "services" in adoption ? adoption.services.map(({ address }) => address) : [];
  expect(new Set(addresses).size).toBe(300);
  expect(addresses.at(-1)).toBe("169.254.11.46");
});

test.each<[string, object, RegExp]>([
  ["no such service", { other: {} }, /has no service web; there are other/],
  ["host network", { web: { network_mode: "host" } }, /network_mode host.*rolemint up/],
  ["another's network", { web: { network_mode: "service:vpn" }, vpn: {} }, /give vpn the role/],
  ["an address", { web: { networks: { a: { link_local_ips: ["169.254.1.1"] } } } }, /169\.254\.1\.1 already/],
  ["replicas", { web: { deploy: { replicas: 2 } } }, /2 replicas.*one container/],
  ["a name of ours", { web: {}, imds: {} }, /service imds of compose\.yaml has the name/],
  ["a volume of ours", { web: {}, b: { volumes: ["rolemint-seam:/s:ro"] } }, /service b .*mounts rolemint-seam/],
  ["a container's volumes", { web: {}, b: { volumes_from: ["minio:ro"] } }, /service b .*takes the volumes of minio/],
  ["a network of ours", { web: {}, b: { networks: ["rolemint-storage"] } }, /service b .*stands on rolemint-storage/],
  ["a namespace of ours", { web: {}, b: { network_mode: "service:imds" } }, /service b .*joins the network of imds/],
  ["processes of ours", { web: {}, b: { pid: "service:imds" } }, /service b .*sees the processes of imds/],
  ["a container's processes", { web: {}, b: { pid: "container:x-imds-1" } }, /service b .*sees the processes of imds/],
  ["a bad role", { web: { labels: { "rolemint.role": "a b" } } }, /"a b" is not the name of a role/],
])("refused: %s", (_, services, says) => {
  expect(adopted(services, ["web"])).toEqual({ problems: [expect.stringMatching(says)] });
});

test("refused: networks that take the metadata range, or names of ours", () => {
  const networks = {
    imds: { ipam: { config: [{ subnet: "169.254.169.0/24" }] } },
    "rolemint-apps": {},
  };
  expect(adopted({ web: {} }, ["web"], networks)).toEqual({
    problems: [expect.stringMatching(/network rolemint-apps/), expect.stringMatching(/network imds.*169\.254\.0\.0/)],
  });
});

test("refused: volumes that have names of ours, or are them by another name", () => {
  const volumes = { "rolemint-state": {}, keys: { external: true, name: "other_rolemint-storage-keys" } };
  const web = { volumes: [{ type: "volume", source: "keys", target: "/keys" }] };
  expect(adopt(projectOf({ services: { web }, volumes }), ["web"], "compose.yaml")).toEqual({
    problems: [
      expect.stringMatching(/service web .*mounts other_rolemint-storage-keys/),
      expect.stringMatching(/volume rolemint-state of compose\.yaml has a name/),
    ],
  });
});

test.each<[string, object, readonly string[], readonly RegExp[]]>([
  ["a sidecar", { side: { network_mode: "service:web" } }, ["side"], [/side shares the network of web.*its role/]],
  ["a container's", { side: { network_mode: "container:shop-web-1" } }, ["side"], [/side shares the network of web/]],
  [
    "a sidecar's sidecar",
    { side: { network_mode: "service:web" }, more: { network_mode: "service:side" } },
    ["side", "more"],
    [/side shares/, /more shares the network of web/],
  ],
  [
    "a sidecar with power",
    { side: { network_mode: "service:web", cap_add: ["NET_RAW"] } },
    ["side"],
    [/side shares/, /side has NET_RAW/],
  ],
  ["a stranger's", { side: { network_mode: "container:else" } }, [], [/side joins the container else.*has it too/]],
  ["another's", { side: { network_mode: "service:db" }, db: {} }, [], []],
])("who shares an adopted service's network has its role: %s", (_, others, sharers, says) => {
  expect(adopted({ web: {}, ...others }, ["web"])).toMatchObject({
    sharers: sharers.map((service) => ({ service, owner: "web" })),
    warnings: says.map((text) => expect.stringMatching(text)),
  });
});

test("nothing is named and nothing labelled", () => {
  expect(adopted({ web: {} })).toEqual({ problems: [expect.stringMatching(/rolemint\.role.*there are web/)] });
});

test.each<[string, object, RegExp]>([
  ["keys", { environment: { AWS_ACCESS_KEY_ID: "AKIAIOSFODNN7EXAMPLE" } }, /web: AWS_ACCESS_KEY_ID.*remove/],
  ["keys from the shell", { environment: ["AWS_SECRET_ACCESS_KEY"] }, /AWS_SECRET_ACCESS_KEY/],
  ["a profile", { volumes: ["~/.aws:/root/.aws:ro"] }, /mount \/root\/\.aws/],
  ["another endpoint", { environment: { AWS_ENDPOINT_URL_S3: "http://minio:9000" } }, /AWS_ENDPOINT_URL_S3/],
  ["no metadata", { environment: { AWS_EC2_METADATA_DISABLED: "true" } }, /AWS_EC2_METADATA_DISABLED/],
  ["a proxy", { environment: { HTTP_PROXY: "http://proxy:3128" } }, /HTTP_PROXY.*NO_PROXY/],
  ["power", { cap_add: ["NET_ADMIN"] }, /NET_ADMIN/],
  ["all power", { privileged: true }, /NET_RAW and NET_ADMIN/],
  ["a way out", { networks: ["closed"] }, /way out/],
])("warned of: %s", (_, service, says) => {
  const adoption = adopted({ web: service }, ["web"], { closed: { internal: true } });
  expect(adoption).toMatchObject({ warnings: [expect.stringMatching(says)] });
  expect(JSON.stringify(adoption)).not.toContain("AKIA");
});

test.each<[string, object]>([
  ["empty keys", { environment: { AWS_ACCESS_KEY_ID: "" } }],
  ["metadata where it is", { environment: { AWS_EC2_METADATA_SERVICE_ENDPOINT: "http://169.254.169.254/" } }],
  [
    "a proxy that leaves us alone",
    { environment: { http_proxy: "http://p", no_proxy: "169.254.169.254,169.254.171.1" } },
  ],
])("not warned of: %s", (_, service) => {
  expect(adopted({ web: service }, ["web"])).toMatchObject({ warnings: [] });
});

test.each<[string, object, string, number]>([
  ["the services' own", { a: { environment: { AWS_REGION: "eu-west-1" } }, b: {} }, "eu-west-1", 0],
  [
    "the default where they differ",
    { a: { environment: { AWS_REGION: "eu-west-1" } }, b: { environment: ["AWS_DEFAULT_REGION=us-west-2"] } },
    "us-east-1",
    1,
  ],
])("the region is %s", (_, services, region, warnings) => {
  const adoption = adopted(services, ["a", "b"]);
  expect(adoption).toMatchObject({ region });
  expect("warnings" in adoption && adoption.warnings.length).toBe(warnings);
});
