// The Go that builds MinIO and the Compose plugin: the machine's own where it is of the wanted release, else that release
// as Go's module of itself, fetched by whatever Go there is (Debian's is too old to build either).
import { existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { resolve } from "node:path";
import { needProgram } from "./debian-packages.ts";
import { run, say } from "./run.ts";

const RELEASE = "1.26";
const VERSION = `${RELEASE}.8`;
const ARCHITECTURES: Readonly<Record<string, string>> = { x64: "amd64", arm64: "arm64" };

/** The module's folder in Go's cache, read-only. */
export function downloadModule(moduleAtVersion: string): string {
  // Outside of any module, so that no go.mod of the current folder has a say.
  const answer = run("go", ["mod", "download", "-json", moduleAtVersion], { cwd: tmpdir() });
  return (JSON.parse(answer) as { Dir: string }).Dir;
}

/** GOROOT of a Go of the release. Throws where there is none to be had. */
export function goRoot(): string {
  needProgram("go", ["golang-go"]);
  const [version = "", root = ""] = run("go", ["env", "GOVERSION", "GOROOT"]).split("\n");
  if (version.startsWith(`go${RELEASE}.`)) return root;
  const folder = resolve(`.cache/go-${VERSION}`);
  if (existsSync(folder)) return folder;
  say(`fetching Go ${VERSION}`);
  const architecture = ARCHITECTURES[process.arch];
  if (architecture === undefined) throw new Error(`no Go ${VERSION} is known for ${process.arch}`);
  const module = downloadModule(`golang.org/toolchain@v0.0.1-go${VERSION}.linux-${architecture}`);
  const partial = `${folder}.partial`;
  rmSync(partial, { recursive: true, force: true });
  mkdirSync(".cache", { recursive: true });
  run("cp", ["-R", "--no-preserve=mode,ownership", module, partial]);
  // A module's files have no mode; an older Go does not know that this one is special.
  run("chmod", ["-R", "a+x", `${partial}/bin`, `${partial}/pkg/tool`]);
  renameSync(partial, folder);
  return folder;
}
