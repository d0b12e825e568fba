// A YAML (or JSON, which is YAML) text as plain values, with the place of every value and key. The tree is walked here
// rather than by the library's toJS, because only so does an alias, a repeated key or a tag keep its line, and an alias
// bomb its bounds.
import {
  type Alias,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseAllDocuments,
  type YAMLMap,
} from "yaml";
import { type Path, type Problem, pathText, quote } from "./problem.ts";

const MAX_DEPTH = 100;
const MAX_VALUES = 200_000;
const MAX_SYNTAX_PROBLEMS = 10;

/** Of the YAML 1.2 core schema; `!` says no more than "a text". */
const CORE_TAGS = new Set([
  "!",
  ...["str", "int", "float", "bool", "null", "map", "seq"].map((name) => `tag:yaml.org,2002:${name}`),
]);

/** A text that was read: its value, and where everything in it stands. */
export interface YamlText {
  readonly value: unknown;
  /** Of tags, keys and aliases; what they are about is not in the value. */
  readonly problems: readonly Problem[];
  /** The paths, as text, of what could not be read. */
  readonly unread: ReadonlySet<string>;
  /** The node of a value, aliases resolved; undefined when there is no such value. */
  nodeAt(path: Path): Node | null | undefined;
  /** The letters of a scalar; undefined for anything else. */
  sourceAt(path: Path): string | undefined;
  /** A problem at a value, or at its key; what is not in the text counts for the nearest thing around it. */
  problem(path: Path, message: string, where?: "key" | "value"): Problem;
}

/** In offsets; a value without a key of its own has that of the value. */
interface Place {
  readonly key: number;
  readonly value: number;
}

type At = (offset: number, path: Path, message: string) => Problem;

interface Walk {
  readonly at: At;
  readonly problems: Problem[];
  readonly places: Map<string, Place & { readonly node: Node | null }>;
  readonly anchors: Map<string, Node>;
  /** What each alias stood for where it was written; its anchor's name may be given again later. */
  readonly targets: Map<Node, Node | undefined>;
  /** The collections around the value being read: an alias of one of them would have no end. */
  readonly around: Set<Node>;
  readonly unread: Set<string>;
  /** How many aliases the value being read is inside of. */
  aliases: number;
  values: number;
  tooDeep?: Problem;
}

/** `text` is without a byte order mark; `file` is the name that problems bear. Only problems: it could not be read. */
export function readYaml(text: string, file: string): { yaml: YamlText } | { problems: readonly Problem[] } {
  const lineCounter = new LineCounter();
  const at: At = (offset, path, message) => {
    const { line, col } = lineCounter.linePos(offset);
    return { file, line, column: col, path: pathText(path), message };
  };
  const parsed = parseAllDocuments(text, {
    schema: "core",
    merge: false,
    stringKeys: true,
    uniqueKeys: false,
    resolveKnownTags: false,
    prettyErrors: false,
    logLevel: "silent",
    lineCounter,
  });
  const documents = Array.isArray(parsed) ? parsed : [];
  const errors = documents.flatMap((document) => document.errors);
  if (errors.length > 0) return { problems: syntaxProblems(errors, at) };
  const [first, second] = documents;
  if (second) return { problems: [at(second.range[0], [], "holds more than one document")] };
  const { explicit, version } = first?.directives?.yaml ?? {};
  if (explicit && version !== "1.2") return { problems: [at(0, [], `is YAML ${version}; only 1.2 is read`)] };
  const walk: Walk = {
    at,
    problems: [],
    places: new Map(),
    anchors: new Map(),
    targets: new Map(),
    unread: new Set(),
    around: new Set(),
    aliases: 0,
    values: 0,
  };
  const contents = first?.contents ?? null;
  const start = contents?.range?.[0] ?? 0;
  const value = readNode(walk, contents, [], { key: start, value: start });
  if (walk.values > MAX_VALUES)
    return { problems: [at(0, [], `has more than ${MAX_VALUES} values, aliases included`)] };
  if (walk.tooDeep) return { problems: [walk.tooDeep] };
  return { yaml: textOf(walk, value) };
}

/** For errors that the parser words by its own insides. */
const WORDS: Readonly<Record<string, string>> = {
  NON_STRING_KEY: "a key must be a plain text",
  RESOURCE_EXHAUSTION: "it is nested too deep",
};

/** One a line and no more than a few: what follows the first error is mostly its echo. */
function syntaxProblems(
  errors: readonly { pos: [number, number]; code: string; message: string }[],
  at: At,
): Problem[] {
  const byLine = new Map<number, Problem>();
  for (const { pos, code, message } of errors) {
    const what = WORDS[code] ?? message;
    const problem = at(pos[0], [], `is not valid YAML: ${what}`);
    if (!byLine.has(problem.line) && byLine.size < MAX_SYNTAX_PROBLEMS) byLine.set(problem.line, problem);
  }
  return [...byLine.values()];
}

function readNode(walk: Walk, node: Node | null, path: Path, place: Place): unknown {
  walk.values += 1;
  if (walk.values > MAX_VALUES) return undefined;
  if (isAlias(node)) return readAlias(walk, node, path, place);
  if (path.length > MAX_DEPTH) {
    walk.tooDeep ??= walk.at(place.value, path, `is nested more than ${MAX_DEPTH} deep`);
    return undefined;
  }
  walk.places.set(placeKey(path), { ...place, node });
  if (node === null) return null;
  if (node.tag !== undefined && !CORE_TAGS.has(node.tag)) {
    return refuse(walk, place.value, path, `has the tag ${node.tag}, which is not read`);
  }
  const { anchor } = node as { anchor?: string };
  if (anchor !== undefined && walk.aliases === 0) walk.anchors.set(anchor, node);
  if (isScalar(node)) return node.value;
  walk.around.add(node);
  const value = isMap(node) ? readMap(walk, node, path) : readList(walk, node, path);
  walk.around.delete(node);
  return value;
}

function readList(walk: Walk, node: Node, path: Path): unknown {
  if (!isSeq<Node | null>(node)) return undefined;
  return node.items.map((item, index) => {
    const start = item?.range?.[0] ?? node.range?.[0] ?? 0;
    return readNode(walk, item, [...path, index], { key: start, value: start });
  });
}

function readMap(walk: Walk, node: YAMLMap, path: Path): Record<string, unknown> {
  const read: Record<string, unknown> = {};
  const written = new Map<string, number>();
  for (const { key, value } of node.items as { key: Node; value: Node | null }[]) {
    const start = key.range?.[0] ?? 0;
    const name = isScalar(key) && typeof key.value === "string" ? key.value : undefined;
    const here = name === undefined ? path : [...path, name];
    const wrong = keyProblem(walk, name, written);
    if (wrong !== undefined) refuse(walk, start, here, wrong);
    if (name === undefined || wrong !== undefined) continue;
    written.set(name, start);
    read[name] = readNode(walk, value, here, { key: start, value: value?.range?.[0] ?? start });
  }
  return read;
}

function keyProblem(walk: Walk, name: string | undefined, written: ReadonlyMap<string, number>): string | undefined {
  if (name === undefined) return "has a key that is not a plain text";
  if (name === "<<") return "is a merge key, which is not read; write the keys out";
  if (name === "__proto__") return "cannot be a key";
  const first = written.get(name);
  return first === undefined ? undefined : `is written twice; the first is on line ${walk.at(first, [], "").line}`;
}

/** What is wrong with the aliased value itself is told where the alias stands, what is inside where it was written. */
function readAlias(walk: Walk, alias: Alias, path: Path, place: Place): unknown {
  const target = walk.targets.has(alias) ? walk.targets.get(alias) : walk.anchors.get(alias.source);
  walk.targets.set(alias, target);
  if (target === undefined || walk.around.has(target)) {
    const why = target ? "which it is a part of" : "which is no anchor before it";
    return refuse(walk, place.value, path, `is an alias of ${quote(alias.source)}, ${why}`);
  }
  walk.aliases += 1;
  const value = readNode(walk, target, path, place);
  walk.aliases -= 1;
  return value;
}

/** Within an alias it was told before, where the anchor is. */
function refuse(walk: Walk, offset: number, path: Path, message: string): undefined {
  walk.unread.add(pathText(path));
  if (walk.aliases === 0) walk.problems.push(walk.at(offset, path, message));
}

function textOf({ at, places, problems, unread }: Walk, value: unknown): YamlText {
  return {
    value,
    problems,
    unread,
    nodeAt: (path) => places.get(placeKey(path))?.node,
    sourceAt: (path) => {
      const node = places.get(placeKey(path))?.node;
      return isScalar(node) ? node.source : undefined;
    },
    problem: (path, message, where = "value") => {
      let known = path;
      while (known.length > 0 && !places.has(placeKey(known))) known = known.slice(0, -1);
      const place = places.get(placeKey(known));
      const offset = known.length === path.length && where === "value" ? place?.value : place?.key;
      return at(offset ?? 0, path, message);
    },
  };
}

function placeKey(path: Path): string {
  return JSON.stringify(path);
}
