// What one instance view shows, computed once for that view object: its pages by version and delivery, its token key
// and the tokens already verified. A changed view is another object, so nothing here can be stale.
import { createSecretKey, type KeyObject } from "node:crypto";
import type { InstanceView } from "@rolemint/authority";
import { httpDate, type Page } from "./answer.ts";
import { type Delivery, type Leaf, METADATA, NAMES } from "./metadata.ts";
import { type TokenLife, tokenLife } from "./tokens.ts";
import { listingsOf } from "./tree.ts";
import { isVersion, shows, VERSIONS } from "./versions.ts";

export interface Shown {
  readonly isDisabled: boolean;
  readonly needsToken: boolean;
  readonly tokenKey: KeyObject;
  /** `Last-Modified` of everything that is shown. */
  readonly lastModified: string;
  /** How long a token of this instance is good, or undefined when it is none. */
  life(token: string): TokenLife | undefined;
  /** What a path shows (`latest/meta-data`, no slash around it), or undefined when it is not there. */
  page(path: string, delivery: Delivery): Page | undefined;
}

/** How many verified tokens are remembered; the oldest goes first. */
const VERIFIED_BOUND = 1000;

const known = new WeakMap<InstanceView, Shown>();

export function shownOf(view: InstanceView | undefined): Shown {
  if (!view) return NOBODY;
  const before = known.get(view);
  if (before) return before;
  const shown = compile(view);
  known.set(view, shown);
  return shown;
}

/**
 * A caller that is no instance: tokens are given, so that clients go on as on an instance without a profile, but there
 * is nothing to see; that its key is no secret therefore harms nobody.
 */
const NOBODY: Shown = {
  ...tokensUnder(createSecretKey(Buffer.alloc(32))),
  isDisabled: false,
  needsToken: false,
  lastModified: "",
  page: () => undefined,
};

function compile(view: InstanceView): Shown {
  const versions: Page = { type: "text/plain", body: VERSIONS.join("\n") };
  const pages = new Map<string, ReadonlyMap<string, Page>>();

  function pagesUnder(version: string, delivery: Delivery): ReadonlyMap<string, Page> {
    const key = delivery + version;
    const before = pages.get(key);
    if (before) return before;
    const made = pagesOf(view, version, delivery);
    pages.set(key, made);
    return made;
  }

  return {
    ...tokensUnder(createSecretKey(Buffer.from(view.TokenKey, "base64"))),
    isDisabled: view.Endpoint === "disabled",
    needsToken: view.Tokens === "required",
    lastModified: httpDate(view.Changed),
    page(path, delivery) {
      if (path === "") return versions;
      const slash = path.indexOf("/");
      const version = slash < 0 ? path : path.slice(0, slash);
      if (!isVersion(version)) return undefined;
      return pagesUnder(version, delivery).get(slash < 0 ? "" : path.slice(slash + 1));
    },
  };
}

/** The verification of tokens under one key, which remembers those that were good. */
function tokensUnder(tokenKey: KeyObject): Pick<Shown, "tokenKey" | "life"> {
  const verified = new Map<string, TokenLife>();
  return {
    tokenKey,
    life(token) {
      const before = verified.get(token);
      if (before !== undefined) return before;
      const life = tokenLife(tokenKey, token);
      if (!life) return undefined;
      if (verified.size >= VERIFIED_BOUND) verified.delete(verified.keys().next().value as string);
      verified.set(token, life);
      return life;
    },
  };
}

/** Every page under one version root, by its path in it. */
function pagesOf(view: InstanceView, version: string, delivery: Delivery): ReadonlyMap<string, Page> {
  const pages = new Map<string, Page>();
  for (const [path, since, show] of METADATA) {
    if (!shows(version, since)) continue;
    for (const [filled, name] of fill(path, view)) {
      const leaf = show(view, name, delivery);
      if (leaf !== undefined) pages.set(filled, pageOf(leaf));
    }
  }
  for (const [directory, names] of listingsOf(pages.keys())) pages.set(directory, pageOf(names));
  return pages;
}

/** The paths that a row of the table stands for, each with the last name that was filled in. */
function fill(path: string, view: InstanceView): readonly (readonly [path: string, name: string])[] {
  let filled: [path: string, name: string][] = [[path, ""]];
  for (const [brace, names] of Object.entries(NAMES)) {
    if (!path.includes(brace)) continue;
    filled = filled.flatMap(([each]) =>
      names(view).map((name): [string, string] => [each.replace(brace, () => name), name]),
    );
  }
  return filled;
}

function pageOf(leaf: Leaf): Page {
  if (Buffer.isBuffer(leaf)) return { type: "application/octet-stream", body: leaf.toString("latin1") };
  if (typeof leaf === "string") return { type: "text/plain", body: bytesOf(leaf) };
  const { text, generation, accessKeyId } = leaf;
  const page: Page = { type: "text/plain", body: bytesOf(text) };
  return accessKeyId === undefined ? page : { ...page, given: { generation, accessKeyId } };
}

/** The UTF-8 bytes of a text, a character a byte. */
function bytesOf(text: string): string {
  return Buffer.from(text, "utf8").toString("latin1");
}
