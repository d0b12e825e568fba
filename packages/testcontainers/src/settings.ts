// What the fluent calls say, as one rolemint.yaml with the files that it names: paths are those of the container.
import { Buffer } from "node:buffer";
import { readFileSync, statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { parse } from "yaml";

/** A policy document, as AWS has it. */
export type PolicyDocument = { readonly Statement: unknown; readonly Version?: string };

/** The ARN of a managed policy, a policy document of the role's own, or several of both. */
export type RolePolicies = string | PolicyDocument | readonly (string | PolicyDocument)[];

/** A profile of rotation, or durations such as `6h20m`. */
export type Rotation =
  | "ec2"
  | "fast"
  | "edge"
  | "tiny"
  | "frozen"
  | { readonly lifetime: string; readonly renewEvery: string; readonly overlap?: string; readonly jitter?: string };

export interface BucketOptions {
  /** A directory of the host, or objects by key. */
  readonly objects?: string | Readonly<Record<string, string | Uint8Array>>;
  readonly policy?: PolicyDocument;
}

/** What a `rolemint.yaml` says, as docs/configuration.md describes it. */
export type WorldSettings = Readonly<Record<string, unknown>>;

/** What has to be in the container before it starts. */
export interface Files {
  readonly contents: { readonly content: string | Buffer; readonly target: string; readonly mode: number }[];
  readonly files: { readonly source: string; readonly target: string; readonly mode: number }[];
  readonly directories: { readonly source: string; readonly target: string; readonly mode: number }[];
}

const FOLDER = "/etc/rolemint";
export const CONFIG_FILE = `${FOLDER}/rolemint.yaml`;
/** The container's user is another one than the host's. */
const READABLE = 0o644;
const ENTERABLE = 0o755;

/** The files and directories of the host, and the objects, that have to be in the container. */
function openFiles() {
  const files: Files = { contents: [], files: [], directories: [] };

  /** Copies a file or directory of the host, and gives its place in the container. */
  function copied(path: string, folder: string): string {
    const source = resolve(folder, path);
    const target = `${FOLDER}/files/${files.files.length + files.directories.length}`;
    if (statSync(source).isDirectory()) files.directories.push({ source, target, mode: ENTERABLE });
    else files.files.push({ source, target, mode: READABLE });
    return target;
  }

  /** Policies of files, and objects of directories, may stand in many places: each is found by how it is written. */
  function withFiles(value: unknown, folder: string, key = ""): unknown {
    if (Array.isArray(value)) return value.map((item) => withFiles(item, folder));
    if (key === "objects" && typeof value === "string") return copied(value, folder);
    if (typeof value !== "object" || value === null) return value;
    const entries = Object.entries(value);
    const [first] = entries;
    if (entries.length === 1 && first?.[0] === "file" && typeof first[1] === "string") {
      return { file: copied(first[1], folder) };
    }
    return Object.fromEntries(entries.map(([name, item]) => [name, withFiles(item, folder, name)]));
  }

  function seeded(bucket: string, objects: Readonly<Record<string, string | Uint8Array>>): string {
    const folder = `${FOLDER}/objects/${bucket}`;
    if (Object.keys(objects).length === 0) throw new Error(`${bucket} is given no objects: leave objects out`);
    for (const [key, content] of Object.entries(objects)) {
      if (key.split("/").some((part) => part === "" || part === "." || part === "..")) {
        throw new Error(`the object ${key} of ${bucket} cannot be given as a file; put it over the API`);
      }
      const bytes = typeof content === "string" ? content : Buffer.from(content);
      files.contents.push({ content: bytes, target: `${folder}/${key}`, mode: READABLE });
    }
    return folder;
  }

  return { files, copied, withFiles, seeded };
}

/** Gathers a world; nothing is checked but what the container could not tell. */
export function openSettings() {
  let base: WorldSettings = {};
  const roles: Record<string, object> = {};
  const buckets: Record<string, object> = {};
  let rotation: Rotation | undefined;
  const { files, copied, withFiles, seeded } = openFiles();
  return {
    config(given: WorldSettings | string): void {
      const isPath = typeof given === "string" && !/[\n{]/.test(given);
      const folder = isPath ? dirname(resolve(given)) : ".";
      const text = isPath ? readFileSync(given, "utf8") : given;
      const said: unknown = typeof text === "string" ? parse(text) : text;
      if (typeof said !== "object" || said === null || Array.isArray(said)) {
        throw new Error("withConfig takes a mapping, its YAML, or its path");
      }
      base = withFiles(said, folder) as WorldSettings;
    },
    role(name: string, policies: RolePolicies = []): void {
      const all = typeof policies === "string" || !Array.isArray(policies) ? [policies] : policies;
      const documents = all.filter((policy) => typeof policy !== "string");
      roles[name] = {
        trust: "ec2.amazonaws.com",
        managedPolicies: all.filter((policy) => typeof policy === "string"),
        inlinePolicies: Object.fromEntries(documents.map((policy, index) => [`policy-${index + 1}`, policy])),
      };
    },
    rotation(given: Rotation): void {
      rotation = given;
    },
    bucket(name: string, { objects, policy }: BucketOptions = {}): void {
      buckets[name] = {
        ...(policy && { policy }),
        ...(typeof objects === "string" && { objects: copied(objects, ".") }),
        ...(typeof objects === "object" && { objects: seeded(name, objects) }),
      };
    },
    /** What the container reads, with all that it names. */
    files(): Files {
      const own = { version: 1, ...base, roles: { ...mappingOf(base["roles"]), ...roles } };
      const all = { ...own, buckets: { ...mappingOf(base["buckets"]), ...buckets }, ...(rotation && { rotation }) };
      const content = JSON.stringify(all, null, 2);
      return { ...files, contents: [...files.contents, { content, target: CONFIG_FILE, mode: READABLE }] };
    },
  };
}

export type Settings = ReturnType<typeof openSettings>;

function mappingOf(value: unknown): object {
  return typeof value === "object" && value !== null ? value : {};
}
