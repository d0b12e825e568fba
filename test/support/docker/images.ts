// The images of this project and the building of them: ours always goes through the builder, which knows what is new; the
// others are built again only when their folder has changed, since the builder forgets and MinIO takes minutes.
import { createHash } from "node:crypto";
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { ensureBaseImages } from "./base-images.ts";
import { composeBuild, labelOf } from "./compose-build.ts";
import { run, say } from "./run.ts";

export interface Image {
  readonly tag: string;
  /** Folder of its Dockerfile, sent to the builder. */
  readonly context: string;
  /** Whether the folder is all that it is made of; else the builder decides what is new. */
  readonly isByFolder: boolean;
}

export const IMAGES = {
  rolemint: { tag: "rolemint:dev", context: ".", isByFolder: false },
  minio: { tag: "rolemint-minio:7aac2a2c5b7c", context: "docker/minio", isByFolder: true },
  app: { tag: "rolemint-sample-app:latest", context: "docker/app", isByFolder: true },
} as const satisfies Record<string, Image>;

/** Stands one routed hop behind an app, or holds many addresses. Only tests and benchmarks want it. */
export const ROUTER = {
  tag: "rolemint-test-router:latest",
  context: "test/compose/router",
  isByFolder: true,
} as const satisfies Image;

/** Label of an image built from a folder: the folder's hash. */
const CONTENTS = "rolemint.contents";
const MINIO_BINARY = resolve(".cache/minio/minio");

/** Builds what is not there or no longer what its folder says, and the base images for it. Throws where it can't. */
export function buildImages(env: NodeJS.ProcessEnv, images: readonly Image[] = Object.values(IMAGES)): void {
  const stale = images
    .map((image) => ({ image, contents: image.isByFolder ? folderHash(image.context) : undefined }))
    .filter(({ image, contents }) => contents === undefined || labelOf(image.tag, CONTENTS, env) !== contents);
  if (stale.length === 0) return;
  ensureBaseImages(
    stale.flatMap(({ image }) => baseNames(readFileSync(join(image.context, "Dockerfile"), "utf8"))),
    env,
  );
  const slow = stale.filter(({ image }) => image.isByFolder).map(({ image }) => image.tag);
  if (slow.length > 0) say(`building ${slow.join(", ")}, once; this may take minutes`);
  const builds = stale.map(({ image: { tag, context }, contents }) => ({
    tag,
    context: resolve(context),
    ...(contents === undefined ? {} : { labels: { [CONTENTS]: contents } }),
  }));
  composeBuild(builds, env);
}

/** Takes MinIO's program out of its image for the tests and benches that start it on the host, if it is not there. */
export function extractMinio(env: NodeJS.ProcessEnv): void {
  if (existsSync(MINIO_BINARY)) return;
  mkdirSync(resolve(MINIO_BINARY, ".."), { recursive: true });
  const container = run("docker", ["create", IMAGES.minio.tag], { env });
  try {
    run("docker", ["cp", `${container}:/usr/local/bin/minio`, `${MINIO_BINARY}.partial`], { env });
  } finally {
    run("docker", ["rm", "--volumes", container], { env });
  }
  chmodSync(`${MINIO_BINARY}.partial`, 0o755);
  renameSync(`${MINIO_BINARY}.partial`, MINIO_BINARY);
}

/** The images that a Dockerfile starts from, without its own stages. */
export function baseNames(dockerfile: string): string[] {
  const lines = [...dockerfile.matchAll(/^FROM\s+(?:--\S+\s+)*(\S+)(?:\s+AS\s+(\S+))?/gim)];
  const stages = new Set(lines.map((line) => line[2]));
  return lines.map((line) => line[1]!).filter((name) => !stages.has(name));
}

function folderHash(folder: string): string {
  const hash = createHash("sha256");
  for (const name of readdirSync(folder, { recursive: true, encoding: "utf8" }).sort()) {
    const path = join(folder, name);
    const { mode } = statSync(path);
    if (statSync(path).isFile()) hash.update(`${name} ${mode & 0o111} `).update(readFileSync(path));
  }
  return hash.digest("hex");
}
