// What a world holds, row by row. Times are milliseconds of world time unless said otherwise; documents are kept as the
// text that was given.
import type { Schedule } from "./rotation.ts";

export interface Tag {
  readonly Key: string;
  readonly Value: string;
}

interface Named {
  readonly accountId: string;
  readonly name: string;
  readonly path: string;
  readonly id: string;
  readonly arn: string;
  readonly created: number;
}

/** What roles and users have in common: the policies that decide what they may do. */
export interface Permissions {
  /** ARNs, in the order of attachment. */
  readonly attached: readonly string[];
  readonly inline: Readonly<Record<string, string>>;
  /** ARN of a managed policy. */
  readonly boundary?: string | undefined;
}

export interface Role extends Named, Permissions {
  readonly trust: string;
  /** The unique id that each principal ARN of the trust policy had when it was saved. */
  readonly trustedIds: Readonly<Record<string, string>>;
  readonly description?: string | undefined;
  readonly maxSessionSeconds: number;
  readonly tags: readonly Tag[];
}

export interface User extends Named, Permissions {
  readonly tags: readonly Tag[];
}

export interface AccessKey {
  readonly id: string;
  readonly secret: string;
  readonly accountId: string;
  /** Absent: the account's root user. */
  readonly userName?: string;
  readonly status: "Active" | "Inactive";
  readonly created: number;
}

export interface PolicyVersion {
  readonly id: string;
  readonly text: string;
  readonly created: number;
}

export interface ManagedPolicy extends Named {
  readonly description?: string | undefined;
  readonly updated: number;
  readonly defaultVersion: string;
  /** Numbers are never used again. */
  readonly nextVersion: number;
  readonly versions: readonly PolicyVersion[];
  readonly tags: readonly Tag[];
}

export interface InstanceProfile extends Named {
  readonly roleName?: string | undefined;
  readonly tags: readonly Tag[];
}

export interface MetadataOptions {
  readonly tokens: "optional" | "required";
  readonly hopLimit: number;
  readonly endpoint: "enabled" | "disabled";
  readonly ipv6: "enabled" | "disabled";
  readonly tags: "enabled" | "disabled";
}

export const DEFAULT_OPTIONS: MetadataOptions = {
  tokens: "required",
  hopLimit: 1,
  endpoint: "enabled",
  ipv6: "disabled",
  tags: "disabled",
};

export interface Association {
  readonly id: string;
  readonly profileArn: string;
  readonly profileId: string;
  readonly since: number;
}

export interface Instance {
  readonly accountId: string;
  readonly id: string;
  readonly reservationId: string;
  readonly launchIndex: number;
  /** Order of making: the listeners' ports follow it. */
  readonly order: number;
  readonly state: "running" | "terminated";
  readonly terminated?: number;
  readonly launched: number;
  readonly imageId: string;
  readonly instanceType: string;
  readonly keyName?: string;
  readonly options: MetadataOptions;
  readonly tags: readonly Tag[];
  /** Base64. */
  readonly userData?: string | undefined;
  readonly association?: Association | undefined;
  /** The instance's own schedule; absent: the world's. */
  readonly schedule?: Schedule | undefined;
  /** When its metadata last changed. */
  readonly changed: number;
  readonly clientToken?: string;
  /** Its name in the config file that made it. */
  readonly configName?: string;
  /** The source address of its calls in a container network. */
  readonly address?: string | undefined;
  /** The port its metadata listener had last, kept over restarts. */
  readonly port?: number;
}

/** One delivery's keys of a generation: "1.0" without a metadata token, "2.0" with one. */
export interface KeySet {
  readonly delivery: "1.0" | "2.0";
  readonly accessKeyId: string;
  readonly secret: string;
  readonly token: string;
}

/** One rotation's worth of an instance's credentials. Without keys it records that EC2 could not assume the role. */
export interface Generation {
  readonly instanceId: string;
  readonly number: number;
  readonly associationId: string;
  readonly issued: number;
  /** What the document says, and what the services enforce. */
  readonly stated: number;
  readonly enforced: number;
  readonly roleName: string;
  readonly code: string;
  readonly message?: string;
  readonly keys: readonly KeySet[];
  /** There was no role when a successor was due after its expiry: metadata shows it no more. */
  readonly isNotRenewed?: boolean;
}

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_PublicAccessBlockConfiguration.html */
export interface PublicAccessBlock {
  readonly BlockPublicAcls: boolean;
  readonly IgnorePublicAcls: boolean;
  readonly BlockPublicPolicy: boolean;
  readonly RestrictPublicBuckets: boolean;
}

/** What a bucket is made with, as on AWS since April 2023. */
export const BLOCKS_ALL: PublicAccessBlock = {
  BlockPublicAcls: true,
  IgnorePublicAcls: true,
  BlockPublicPolicy: true,
  RestrictPublicBuckets: true,
};

export interface Bucket {
  readonly accountId: string;
  readonly name: string;
  readonly region: string;
  readonly created: number;
  readonly policy?: string | undefined;
  /** The unique id that each principal ARN of the policy had when it was saved. */
  readonly policyIds?: Readonly<Record<string, string>> | undefined;
  /** Absent: none of the settings is on. */
  readonly publicAccessBlock?: PublicAccessBlock | undefined;
  /**
   * Being deleted since then, milliseconds of host time: refused to everyone, and removed once the back end says it is
   * empty.
   */
  readonly deleting?: number | undefined;
}

/** A fault that was asked for. Times in milliseconds of world time; see packages/world/src/faults. */
export interface Fault {
  readonly id: string;
  /** Of making. */
  readonly order: number;
  readonly name: string;
  /** `all`, `instance i-0…` or `role app`. */
  readonly target: string;
  /** Checked, with the defaults. */
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly state: "waiting" | "acting";
  readonly begins: number;
  readonly ends: number;
  /** It begins with the next refresh, and lasts so long from there. */
  readonly fromRefresh?: boolean;
  readonly lasts?: number;
  /** It has begun with the first refresh, and waits for that of each other instance. */
  readonly eachFromRefresh?: true;
  readonly nth?: number;
  readonly path?: string;
  readonly probability: number;
  readonly seed: string;
  readonly times?: number;
  /** How often it has acted, by instance id. */
  readonly acted: Readonly<Record<string, number>>;
  /** What its end needs to know of its beginning. */
  readonly kept?: object;
}
