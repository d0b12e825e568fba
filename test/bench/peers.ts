// Peers to measure against, built once into an ignored folder: MinIO from its Go module, at the pinned version. AGPL:
// it is built on the machine that measures, never published.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { resolve } from "node:path";

const MINIO = "github.com/minio/minio@v0.0.0-20260212201848-7aac2a2c5b7c";

/** Path of the MinIO binary, or why there is none. */
export function minio(): { path: string } | { missing: string } {
  const folder = resolve(".cache/minio");
  const path = resolve(folder, "minio");
  if (existsSync(path)) return { path };
  process.stderr.write("building MinIO from its Go module, once; this takes some minutes\n");
  const built = spawnSync("go", ["install", MINIO], { env: { ...process.env, GOBIN: folder }, encoding: "utf8" });
  if (built.error) return { missing: "there is no Go to build MinIO with" };
  return existsSync(path)
    ? { path }
    : { missing: `MinIO could not be built: ${built.stderr.trim().split("\n").at(-1)}` };
}
