// rolemint.yaml: read, checked and made plain. Importing this loads no parser.
export { type Applied, ApplyError, applyConfig, configuredInstance } from "./apply.ts";
export type {
  BucketConfig,
  Config,
  InstanceConfig,
  NamedText,
  RoleConfig,
  S3Config,
  UserConfig,
} from "./config.ts";
export { builtinConfig } from "./defaults.ts";
export { type Loaded, type LoadOptions, loadConfig } from "./load.ts";
export { formatProblems, type Problem } from "./problem.ts";
export { recallConfig, rememberConfig } from "./remembered.ts";
export { initialConfigText } from "./starter.ts";
