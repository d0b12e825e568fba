#!/usr/bin/env node
// The launcher: plain JavaScript that any Node from 18 on can read. It turns the compile cache on and loads the command
// line, from its sources in the workspace and from the bundle where it is installed; where the running Node is older
// than 24 it starts again with the one that the npm package `node` brings.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import * as module from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

if (Number(process.versions.node.split(".")[0]) >= 24) {
  module.enableCompileCache?.();
  keepExperimentalWarningsQuiet();
  await import(existsSync(new URL("./src/main.ts", import.meta.url)) ? "./src/main.ts" : "./dist/main.js");
} else {
  startAgain();
}

/** node:sqlite and type stripping are announced as experimental, which is no news for who runs rolemint. */
function keepExperimentalWarningsQuiet() {
  const emit = process.emitWarning;
  process.emitWarning = (warning, ...rest) => {
    const type = typeof rest[0] === "string" ? rest[0] : rest[0]?.type;
    if (type !== "ExperimentalWarning") emit.call(process, warning, ...rest);
  };
}

/** The child dies with this process, even when this one is killed: it watches the far end of a pipe. */
function startAgain() {
  const binary = newerNode();
  if (binary === undefined) {
    process.stderr.write(
      `rolemint needs Node 24 or later (this is ${process.versions.node}), and the npm package "node" that brings it is not installed; run npm install again, or install Node 24\n`,
    );
    process.exit(3);
  }
  const child = spawn(binary, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], {
    stdio: ["inherit", "inherit", "inherit", "pipe"],
    env: { ...process.env, ROLEMINT_LAUNCHER_FD: "3" },
  });
  // A terminal sends Ctrl-C to the child as well, which takes the two for one.
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
  child.on("error", (error) => {
    process.stderr.write(`rolemint could not start ${binary}: ${error.message}\n`);
    process.exit(3);
  });
  child.on("exit", (code, signal) => {
    if (signal === null) process.exit(code ?? 1);
    for (const name of ["SIGINT", "SIGTERM", "SIGHUP"]) process.removeAllListeners(name);
    process.kill(process.pid, signal);
  });
}

function newerNode() {
  try {
    const folder = dirname(module.createRequire(import.meta.url).resolve("node/package.json"));
    const name = process.platform === "win32" ? "node.exe" : "node";
    return [join(folder, "bin", name)].find((path) => existsSync(path));
  } catch {
    return undefined;
  }
}
