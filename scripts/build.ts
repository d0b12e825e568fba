// Makes of a published package what is published: Node strips no types under node_modules, so `prepack` bundles each
// entry of package.json's `exports`, `bin` and `bundle` to `dist`, with our inner packages inside and those of npm left
// as dependencies, and puts the declarations of its public types beside. `--clean`, in `postpack`, takes all that away.
import { spawnSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { builtinModules } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join, relative, resolve } from "node:path";
import { type BuildOptions, build, type Metafile, type Plugin } from "esbuild";

interface Manifest {
  readonly name: string;
  readonly exports?: unknown;
  /** Further entries: files that are not imported by name but started. */
  readonly bundle?: readonly string[];
  /** Files of the workspace that go along: from where, to what name in `dist`. */
  readonly bundleFiles?: Readonly<Record<string, string>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
}

const ROOT = resolve(import.meta.dirname, "..");
const folder = process.cwd();
const manifest = JSON.parse(readFileSync("package.json", "utf8")) as Manifest;

/** What the running Node must understand: the oldest that the launcher and the kits take. */
const TARGET = "node24";

const ours: Plugin = {
  name: "npm packages stay outside",
  setup({ onResolve }) {
    onResolve({ filter: /^[^./]/ }, ({ path, kind }) => {
      if (kind === "entry-point" || path.startsWith("@rolemint/")) return undefined;
      // One of which nothing is used goes: an inner file may need it for what is left out.
      return { path, external: true, sideEffects: false };
    });
  },
};

const common = {
  bundle: true,
  platform: "node",
  target: TARGET,
  metafile: true,
  logLevel: "error",
  plugins: [ours],
} satisfies BuildOptions;

/** The paths of `dist` that the manifest promises, by their ending. */
function promised(ending: string): string[] {
  const text = JSON.stringify(manifest.exports ?? {});
  const found = [...text.matchAll(/"\.\/dist\/([\w-]+(?:\.\w+)*)"/g)].map(([, file]) => file!);
  const names = found.filter((file) => file.endsWith(ending)).map((file) => file.slice(0, -ending.length));
  return [...new Set(names)];
}

function sourceOf(name: string): string {
  const file = [`src/${name}.ts`, `src/${name}.js`].find((path) => existsSync(path));
  if (file === undefined) throw new Error(`${manifest.name} has no src/${name}.ts for its dist/${name}`);
  return file;
}

async function bundle(): Promise<void> {
  const modules = [...promised(".js"), ...(manifest.bundle ?? [])];
  const esm = await build({
    ...common,
    entryPoints: modules.map(sourceOf),
    outdir: "dist",
    format: "esm",
    splitting: true,
    chunkNames: "part-[hash]",
  });
  refuseUndeclared(esm.metafile);
  const scripts = promised(".cjs");
  if (scripts.length === 0) return;
  const cjs = await build({
    ...common,
    entryPoints: scripts.map(sourceOf),
    outdir: "dist",
    format: "cjs",
    outExtension: { ".js": ".cjs" },
    define: { "import.meta.url": "fileUrl" },
    banner: { js: 'const fileUrl = require("node:url").pathToFileURL(__filename).href;' },
  });
  refuseUndeclared(cjs.metafile);
}

/** Whoever installs it has only what the manifest names, in the version that we test with. */
function refuseUndeclared({ outputs }: Metafile): void {
  const imported = Object.values(outputs).flatMap(({ imports }) => imports.filter(({ external }) => external));
  const names = new Set(
    imported
      .map(({ path }) => path)
      .filter((path) => !isBuiltin(path))
      .map(packageName),
  );
  for (const name of names) {
    if (manifest.peerDependencies?.[name] !== undefined) continue;
    const declared = manifest.dependencies?.[name];
    const { version } = JSON.parse(readFileSync(join(ROOT, "node_modules", name, "package.json"), "utf8"));
    if (declared !== version) {
      throw new Error(`${manifest.name} imports ${name}: its dependencies must name ${version}, not ${declared}`);
    }
  }
}

function isBuiltin(path: string): boolean {
  return path.startsWith("node:") || builtinModules.includes(path);
}

function packageName(path: string): string {
  return path
    .split("/")
    .slice(0, path.startsWith("@") ? 2 : 1)
    .join("/");
}

/** Declarations as tsc emits them, of the promised files and of what they import, which must be of this package. */
function declare(): void {
  const wanted = promised(".d.ts");
  if (wanted.length === 0) return;
  const required = promised(".d.cts");
  const emitted = mkdtempSync(join(tmpdir(), "rolemint-types-"));
  try {
    emitDeclarations(wanted, emitted);
    const queue = wanted.map((name) => `${name}.d.ts`);
    for (const file of queue) {
      const made = [join(emitted, relative(ROOT, folder), "src", file), join("src", file)].find((path) =>
        existsSync(path),
      );
      if (made === undefined) throw new Error(`${manifest.name} has no declarations for dist/${file}`);
      const text = readFileSync(made, "utf8");
      for (const [, path] of text.matchAll(/(?:from |import |import\()"([^"]+)"/g)) {
        if (path!.startsWith("./")) {
          const next = `${path!.slice(2).replace(/\.ts$/, "")}.d.ts`;
          if (!queue.includes(next)) queue.push(next);
        } else refuseHidden(path!, file);
      }
      const imports = /((?:from |import |import\()"\.\/[^"]+)\.ts"/g;
      writeFileSync(join("dist", file), text.replace(imports, '$1.js"'));
      // TypeScript takes the same text for that of a script, which is what `require` gives, by its ending alone.
      const name = file.slice(0, -".d.ts".length);
      if (required.includes(name) || (required.length > 0 && !wanted.includes(name)))
        writeFileSync(join("dist", file.replace(/ts$/, "cts")), text.replace(imports, '$1.cjs"'));
    }
  } finally {
    rmSync(emitted, { recursive: true, force: true });
  }
}

function emitDeclarations(wanted: readonly string[], outDir: string): void {
  const files = wanted.map(sourceOf).filter((file) => file.endsWith(".ts"));
  const config = {
    extends: join(ROOT, "tsconfig.json"),
    compilerOptions: { noEmit: false, declaration: true, emitDeclarationOnly: true, rootDir: ROOT, outDir },
    include: [],
    files: files.map((file) => join(folder, file)),
  };
  // Beside the root's own, so that types are found where it finds them.
  const path = join(ROOT, `.tsconfig.${process.pid}.json`);
  writeFileSync(path, JSON.stringify(config));
  try {
    const args = [join(ROOT, "node_modules/typescript/bin/tsc"), "-p", path];
    // What is wrong elsewhere is for `make check` to say; what it could not emit is missed below.
    spawnSync(process.execPath, args);
  } finally {
    rmSync(path);
  }
}

/** A public type that needs an inner package would be unknown where the package is installed. */
function refuseHidden(path: string, file: string): void {
  const name = packageName(path);
  if (manifest.dependencies?.[name] !== undefined || manifest.peerDependencies?.[name] !== undefined) return;
  if (name === "@jest/expect" || isBuiltin(path)) return;
  throw new Error(`the public types of ${manifest.name} need ${path} (in ${file}), which is not published`);
}

function clean(): void {
  rmSync("dist", { recursive: true, force: true });
  rmSync("LICENSE", { force: true });
}

clean();
if (!process.argv.includes("--clean")) {
  mkdirSync("dist");
  await bundle();
  declare();
  copyFileSync(join(ROOT, "LICENSE"), "LICENSE");
  for (const [from, to] of Object.entries(manifest.bundleFiles ?? {})) {
    mkdirSync(dirname(join("dist", to)), { recursive: true });
    copyFileSync(join(ROOT, from), join("dist", to));
  }
}
