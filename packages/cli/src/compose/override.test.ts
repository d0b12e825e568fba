import { readFileSync } from "node:fs";
import { expect, test } from "@jest/globals";
import { parse } from "yaml";
import { OUR_SERVICES, overrideText } from "./override.ts";

const merged = (text: string) => parse(text, { merge: true });
const ADOPTED = [
  { service: "app", role: "a", address: "169.254.10.1", isOnDefault: false },
  { service: "on", role: "b", address: "169.254.10.2", isOnDefault: true },
];
const OPTIONS = { services: ADOPTED, sharers: [{ service: "side", owner: "app" }], region: "us-east-1", command: "up" };
const written = merged(overrideText(OPTIONS));
const shipped = merged(readFileSync("docker-compose.yml", "utf8"));

/** Names that cannot clash, and images instead of how they are built, are all that may differ. */
function asOverride(value: unknown): unknown {
  const text = JSON.stringify(value)
    .replace(
      /"(apps|internal|storage|operator|state|installation|seam|storage-keys|objects)(?=["]|:\/)/g,
      '"rolemint-$1',
    )
    .replace('"rolemint-internal":true', '"internal":true')
    .replaceAll('{"rolemint-internal":true}', '{"internal":true}');
  return JSON.parse(text);
}

test.each(OUR_SERVICES)("%s is as in docker-compose.yml", (name) => {
  const { image: built, build: _build, ...expected } = shipped.services[name];
  const { image, ...service } = written.services[name];
  const volumes = expected.volumes.map((volume: unknown) =>
    typeof volume === "string" ? volume.replace("./examples/compose", ".") : volume,
  );
  expect(service).toEqual(asOverride({ ...expected, volumes }));
  const variable = name === "minio" ? "ROLEMINT_MINIO_IMAGE" : "ROLEMINT_IMAGE";
  expect(image).toBe(`\${${variable}:-${built}}`);
});

test("networks and volumes are those of docker-compose.yml", () => {
  expect(written.networks).toEqual(asOverride(shipped.networks));
  expect(written.volumes).toEqual(asOverride(shipped.volumes));
});

test("an adopted service gets what a sample app of docker-compose.yml has", () => {
  const { image: _image, build: _build, ...app } = shipped.services.app;
  expect(written.services.app).toEqual(asOverride(app));
});

test("a service that names no network stays on the default one; a name that is no text is in quotes", () => {
  expect(written.services.on.networks).toEqual({
    default: {},
    "rolemint-apps": { link_local_ips: ["169.254.10.2"] },
  });
  expect(overrideText(OPTIONS)).toContain('\n  "on":\n');
});

test("a service that shares an instance's network keeps no power over it", () => {
  expect(written.services.side).toEqual({ cap_drop: ["NET_RAW"] });
});
