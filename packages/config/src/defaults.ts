// What holds where a file says nothing, and the world that there is without any file. Nothing here loads a parser, so
// the built-in world starts without one.
import { PROFILES } from "@rolemint/world/rotation";
import { DEFAULT_OPTIONS } from "@rolemint/world/rows";
import type { Config } from "./config.ts";

export const DEFAULTS = {
  account: "111122223333",
  region: "us-east-1",
  rotation: "ec2",
  strict: false,
  trust: "ec2.amazonaws.com",
  path: "/",
  maxSessionDuration: "1h",
  metadata: DEFAULT_OPTIONS,
  publicAccessBlock: true,
} as const;

/** One instance without a profile, and one bucket with one object. */
export function builtinConfig(): Config {
  return {
    version: 1,
    account: DEFAULTS.account,
    region: DEFAULTS.region,
    rotation: PROFILES[DEFAULTS.rotation],
    clock: { strict: DEFAULTS.strict },
    roles: [],
    policies: [],
    users: [],
    instances: [{ name: "web", metadata: DEFAULTS.metadata, tags: [{ Key: "Name", Value: "web" }] }],
    buckets: [
      {
        name: "demo",
        objects: [{ key: "hello.txt", text: "Hello from rolemint.\n" }],
        publicAccessBlock: DEFAULTS.publicAccessBlock,
      },
    ],
    s3: { backend: "builtin" },
    faults: [],
    sources: [],
  };
}
