// Which containers cannot be instances: those that would not ask for their role, or whose network is not the holder's.
import { expect, test } from "@jest/globals";
import { GenericContainer } from "testcontainers";
import { checkAttachable } from "./attach.ts";

const app = () => new GenericContainer("app");

test.each([
  ["AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE"],
  ["AWS_DEFAULT_PROFILE", "ci"],
  ["AWS_EC2_METADATA_DISABLED", "TRUE"],
  ["AWS_EC2_METADATA_SERVICE_ENDPOINT", "http://127.0.0.1:1338"],
])("with %s=%s it would not ask for its role", (name, value) => {
  expect(() => checkAttachable(app().withEnvironment({ [name]: value }))).toThrow(`take ${name} away from it`);
});

test.each([
  ["AWS_ACCESS_KEY_ID", ""],
  ["AWS_EC2_METADATA_DISABLED", "false"],
  ["AWS_EC2_METADATA_SERVICE_ENDPOINT", "http://169.254.169.254/"],
  ["AWS_REGION", "eu-central-1"],
])("with %s=%j it asks", (name, value) => {
  expect(() => checkAttachable(app().withEnvironment({ [name]: value }))).not.toThrow();
});

test.each([
  [app().withNetworkMode("host"), "network mode host"],
  [app().withReuse(), "withReuse()"],
  [app().withExposedPorts(80), "port 80 is the metadata service's"],
  [{}, "attach takes a GenericContainer"],
  [undefined, "attach takes a GenericContainer"],
])("%#: a container that cannot be an instance is refused", (container, says) => {
  expect(() => checkAttachable(container as GenericContainer)).toThrow(says);
});
