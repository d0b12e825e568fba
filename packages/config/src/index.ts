// rolemint.yaml: read, checked and made plain. Importing this loads no parser.
export { type Applied, ApplyError, applyConfig, configuredInstance } from "./apply.ts";
export type { BucketConfig, Config } from "./config.ts";
export { builtinConfig } from "./defaults.ts";
export { type Loaded, loadConfig } from "./load.ts";
export { formatProblems } from "./problem.ts";
export { recallConfig, rememberConfig } from "./remembered.ts";
export { initialConfigText } from "./starter.ts";
