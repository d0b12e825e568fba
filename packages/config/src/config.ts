// What a rolemint.yaml says once it is checked: plain JSON, every default filled in, every policy as text, names in the
// order of the file. The world is made from this and from nothing else.
import type { Schedule } from "@rolemint/world/rotation";
import type { MetadataOptions, Tag } from "@rolemint/world/rows";

export interface NamedText {
  readonly name: string;
  /** The policy document: a file's own text, or the compact JSON of an inline one. */
  readonly text: string;
}

export interface RoleConfig {
  readonly name: string;
  readonly trustText: string;
  readonly path: string;
  /** ARNs, in the order of the file. */
  readonly managedPolicies: readonly string[];
  readonly inlinePolicies: readonly NamedText[];
  /** ARN of a managed policy. */
  readonly permissionsBoundary?: string;
  readonly maxSessionSeconds: number;
  readonly tags: readonly Tag[];
}

export interface UserConfig {
  readonly name: string;
  readonly accessKeys: readonly { readonly id: string; readonly secret: string }[];
  readonly managedPolicies: readonly string[];
  readonly inlinePolicies: readonly NamedText[];
}

export interface InstanceConfig {
  /** The key in the file; also the `Name` tag where the file gives none. */
  readonly name: string;
  readonly role?: string;
  readonly instanceProfile?: string;
  readonly address?: string;
  readonly metadata: MetadataOptions;
  readonly tags: readonly Tag[];
  /** As written, not base64. */
  readonly userData?: string;
}

export interface BucketConfig {
  readonly name: string;
  /** Absolute path of the directory whose files become objects when the bucket is made. */
  readonly objectsDirectory?: string;
  /** Objects that are given here as text; only the built-in world has any. */
  readonly objects?: readonly { readonly key: string; readonly text: string }[];
  readonly policyText?: string;
  /** Whether all four settings of Block Public Access are on; else none is. */
  readonly publicAccessBlock: boolean;
}

export type S3Config =
  | { readonly backend: "builtin" }
  | {
      readonly backend: "endpoint";
      readonly endpoint: string;
      readonly accessKeyId?: string;
      readonly secretAccessKey?: string;
    };

/** Exactly one of `name` and `preset`. Durations in milliseconds. */
export interface FaultConfig {
  readonly name?: string;
  readonly preset?: string;
  /** `all`, `role:NAME`, or the name of an instance. */
  readonly target: string;
  readonly parameters: Readonly<Record<string, string | number | boolean>>;
  /** A time, or `+10m`. */
  readonly at?: string;
  readonly atLifetime?: number;
  readonly fromRefresh?: true;
  readonly nth?: number;
  readonly path?: string;
  readonly for?: number;
  readonly probability?: number;
  readonly times?: number;
  readonly seed?: string;
}

export interface Config {
  readonly version: 1;
  /** 12 digits. */
  readonly account: string;
  readonly region: string;
  readonly rotation: Schedule;
  /** `start` in milliseconds since 1970; absent: the host's clock. */
  readonly clock: { readonly start?: number; readonly strict: boolean };
  readonly roles: readonly RoleConfig[];
  /** The account's own managed policies; their path is `/`. */
  readonly policies: readonly NamedText[];
  readonly users: readonly UserConfig[];
  readonly instances: readonly InstanceConfig[];
  readonly buckets: readonly BucketConfig[];
  readonly s3: S3Config;
  readonly faults: readonly FaultConfig[];
  /** Absolute paths of the files that were read: the config and its policy files. */
  readonly sources: readonly string[];
}
