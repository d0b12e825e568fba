// Base images for machines that reach no image registry: a table of the names that our Dockerfiles use and how to make
// something that serves the same. The Dockerfiles know nothing of it. Gaps: the one platform of the machine; no compiler
// beside Go, Rust and Java; Debian's Python, Java and Maven.
import { createHash } from "node:crypto";
import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { needProgram } from "./debian-packages.ts";
import { goRoot } from "./go.ts";
import { run } from "./run.ts";

/** Label of an image made here: the hash of what it was made of. */
export const STAND_IN = "rolemint.stand-in";

const PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
const BUNDLE = "/etc/ssl/certs/ca-certificates.crt";
const NPM = "npm@11.21.2";
/** As in the public slim images: packages leave neither themselves nor their manuals behind. */
const SLIM = {
  "etc/apt/apt.conf.d/slim":
    'APT::Keep-Downloaded-Packages "false"; Dir::Cache::pkgcache ""; Dir::Cache::srcpkgcache ""; Acquire::Languages "none";',
  "etc/dpkg/dpkg.cfg.d/slim": ["doc", "man", "info", "locale"]
    .map((bulk) => `path-exclude /usr/share/${bulk}/*`)
    .join("\n"),
};
const CACHE = resolve(".cache/stand-ins");

interface Bootstrapped {
  readonly kind: "bootstrapped";
  readonly suite: string;
}

interface Built {
  readonly kind: "built";
  readonly from: string;
  /** What follows FROM. */
  readonly lines: readonly string[];
  /** What it is made of besides its lines: names with versions. */
  readonly contents: () => string;
  /** Puts a build context together and returns its folder. */
  readonly context: () => string;
}

export type StandIn = Bootstrapped | Built;

export const STAND_INS: Readonly<Record<string, StandIn>> = {
  "debian:bookworm-slim": { kind: "bootstrapped", suite: "bookworm" },

  "node:24-bookworm-slim": {
    kind: "built",
    from: "debian:bookworm-slim",
    lines: [
      "RUN groupadd --gid 1000 node && useradd --uid 1000 --gid node --shell /bin/bash --create-home node",
      "COPY . /usr/local",
      'CMD ["node"]',
    ],
    contents: () => `node ${process.version} ${NPM}`,
    context: nodeFolder,
  },

  "golang:1.26-bookworm": {
    kind: "built",
    from: "debian:bookworm-slim",
    lines: [
      "COPY . /usr/local/go",
      `ENV GOTOOLCHAIN=local GOPATH=/go PATH=/go/bin:/usr/local/go/bin:${PATH}`,
      "WORKDIR /go",
      'CMD ["bash"]',
    ],
    contents: () => readFileSync(resolve(goRoot(), "VERSION"), "utf8"),
    context: goRoot,
  },

  "python:3.11-slim-bookworm": {
    kind: "built",
    from: "debian:bookworm-slim",
    lines: [
      "RUN apt-get update -qq && apt-get install -y -qq --no-install-recommends python3 python3-pip python3-venv" +
        " && rm -rf /var/lib/apt/lists/* /usr/lib/python3.11/EXTERNALLY-MANAGED" +
        " && ln -s /usr/bin/python3 /usr/local/bin/python",
      `ENV PIP_CERT=${BUNDLE}`,
      'CMD ["python3"]',
    ],
    contents: () => "",
    context: () => folderOf("python"),
  },

  "maven:3.9-eclipse-temurin-17": {
    kind: "built",
    from: "debian:bookworm-slim",
    lines: [
      // The JDK's packages put links to their manuals there.
      "RUN mkdir -p /usr/share/man/man1 && apt-get update -qq" +
        " && apt-get install -y -qq --no-install-recommends maven openjdk-17-jdk-headless" +
        " && rm -rf /var/lib/apt/lists/*",
      'CMD ["mvn"]',
    ],
    contents: () => "",
    context: () => folderOf("maven"),
  },

  "rust:1.95-slim-bookworm": {
    kind: "built",
    from: "debian:bookworm-slim",
    lines: [
      "RUN apt-get update -qq && apt-get install -y -qq --no-install-recommends gcc libc6-dev" +
        " && rm -rf /var/lib/apt/lists/*",
      "COPY . /usr/local",
      `ENV CARGO_HOME=/usr/local/cargo CARGO_HTTP_CAINFO=${BUNDLE}`,
      'CMD ["bash"]',
    ],
    contents: () => run("rustc", ["--version"]),
    context: rustFolder,
  },
};

/** The hash of what a stand-in is made of, down to its base: another one means that it must be made anew. */
export function contentsOf(standIn: StandIn): string {
  const hash = createHash("sha256").update(JSON.stringify(standIn));
  switch (standIn.kind) {
    case "bootstrapped":
      // The function's own text is the recipe.
      return hash.update(String(bootstrap)).update(JSON.stringify(SLIM)).update(readFileSync(BUNDLE)).digest("hex");
    case "built":
      return hash.update(standIn.contents()).update(contentsOf(STAND_INS[standIn.from]!)).digest("hex");
  }
}

/** A minimal Debian, imported under the name; about half a minute. */
export function bootstrap(tag: string, { suite }: Bootstrapped, label: string, env: NodeJS.ProcessEnv): void {
  needProgram("debootstrap", ["debootstrap"]);
  const root = folderOf(suite);
  run("debootstrap", ["--variant=minbase", "--include=ca-certificates", suite, root]);
  trustAsTheHostDoes(root);
  for (const [file, text] of Object.entries(SLIM)) writeFileSync(resolve(root, file), `${text}\n`);
  for (const bulk of ["usr/share/doc", "usr/share/man", "usr/share/info", "usr/share/locale", "var/lib/apt/lists"]) {
    for (const name of readdirSync(resolve(root, bulk))) rmSync(resolve(root, bulk, name), { recursive: true });
  }
  run("sh", ["-c", `rm -f "$0"/var/cache/apt/archives/*.deb "$0"/var/cache/apt/*.bin`, root]);
  const changes = [
    `ENV PATH=${PATH} SSL_CERT_FILE=${BUNDLE} NODE_EXTRA_CA_CERTS=${BUNDLE}`,
    `LABEL ${STAND_IN}=${label}`,
    'CMD ["bash"]',
  ].flatMap((change) => ["--change", change]);
  const pipe = 'set -o pipefail; root=$1; shift; tar -C "$root" -c . | docker import "$@"';
  run("bash", ["-c", pipe, "bash", root, ...changes, "-", tag], { env });
  rmSync(root, { recursive: true });
}

/**
 * Where a registry is out of reach, the way out often goes by a proxy with a certificate authority of its own: what the
 * host trusts beyond Debian's list goes where packages that write the list anew (Java's) keep it.
 */
function trustAsTheHostDoes(root: string): void {
  const certificates = (file: string) =>
    readFileSync(file, "utf8").match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----\n/g) ?? [];
  const known = new Set(certificates(`${root}${BUNDLE}`));
  const extra = certificates(BUNDLE).filter((certificate) => !known.has(certificate));
  extra.forEach((certificate, index) => {
    writeFileSync(`${root}/usr/local/share/ca-certificates/host-${index}.crt`, certificate);
  });
  run("chroot", [root, "update-ca-certificates"], { env: { PATH } });
}

/** What goes to /usr/local: the Node that runs this, and npm. */
function nodeFolder(): string {
  if (!process.version.startsWith("v24.")) throw new Error(`Node 24 is wanted, this is ${process.version}`);
  const folder = folderOf("node");
  run("npm", ["install", "--global", "--prefix", folder, NPM]);
  copyFileSync(process.execPath, resolve(folder, "bin/node"));
  return folder;
}

/** What goes to /usr/local: the host's toolchain, since Debian's is too old for what wants this image. */
function rustFolder(): string {
  const root = run("rustc", ["--print", "sysroot"]);
  const folder = folderOf("rust");
  for (const part of ["bin", "lib"]) run("cp", ["-R", `${root}/${part}`, folder]);
  return folder;
}

/** An empty folder. */
function folderOf(name: string): string {
  const folder = resolve(CACHE, name);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  return folder;
}
