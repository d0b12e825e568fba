// Loads what each service loads, so that the image carries their compiled code: a start strips no types, which saves a
// second and the memory of the stripper.
import { enableCompileCache, flushCompileCache } from "node:module";

enableCompileCache();
const modules = [
  "packages/cli/src/commands/serve.ts",
  "packages/cli/src/config-file.ts",
  "packages/cli/src/commands/status.ts",
  "packages/config/src/applicable.ts",
  "packages/config/src/read.ts",
  "packages/containers/src/all-in-one.ts",
  "packages/containers/src/control-plane.ts",
  "packages/containers/src/serve-apis.ts",
  "packages/containers/src/holder.ts",
  "packages/containers/src/metadata.ts",
  "packages/containers/src/net-faults.ts",
  "packages/containers/src/s3-gate.ts",
  "packages/simulator/src/serve-control.ts",
  "services/imds/src/slow-lane.ts",
  "services/s3-authorizer/src/forward.ts",
];
for (const path of modules) await import(`../${path}`);
flushCompileCache();
process.exit(0);
