// Reading the JSON text of a policy: JSON.parse, and then a second look at the text itself for what JSON.parse hides,
// namely keys written twice (the last would silently win, and a condition would be lost) and where each string stands.

/** One string value of the text: where it is in the document, and where its quotes begin and end in the text. */
export interface PlacedString {
  readonly path: readonly (string | number)[];
  readonly value: string;
  readonly start: number;
  readonly end: number;
}

export type JsonText =
  | { readonly value: unknown; readonly strings: readonly PlacedString[]; readonly repeatsKey: boolean }
  | { readonly value: undefined; readonly notJson: string };

interface Open {
  /** Keys seen so far; undefined in a list. */
  readonly keys: Set<string> | undefined;
  at: string | number;
  expectsKey: boolean;
}

const lexeme = /"[^"\\]*(?:\\.[^"\\]*)*"|[{}[\],:]/g;

export function readJson(text: string): JsonText {
  try {
    return { value: JSON.parse(text) as unknown, ...survey(text) };
  } catch (error) {
    return { value: undefined, notJson: error instanceof Error ? error.message : String(error) };
  }
}

/** The text must be known to be JSON: so brackets pair up, and a string after `{` or `,` in an object is a key. */
function survey(text: string): { strings: readonly PlacedString[]; repeatsKey: boolean } {
  const strings: PlacedString[] = [];
  const open: Open[] = [];
  let repeatsKey = false;
  for (const found of text.matchAll(lexeme)) {
    const inside = open.at(-1);
    switch (found[0]) {
      case "{":
        open.push({ keys: new Set(), at: "", expectsKey: true });
        break;
      case "[":
        open.push({ keys: undefined, at: 0, expectsKey: false });
        break;
      case "}":
      case "]":
        open.pop();
        break;
      case ",":
        if (inside?.keys) inside.expectsKey = true;
        else if (inside) inside.at = Number(inside.at) + 1;
        break;
      case ":":
        break;
      default: {
        const value = JSON.parse(found[0]) as string;
        if (inside?.keys && inside.expectsKey) {
          repeatsKey ||= inside.keys.has(value);
          inside.keys.add(value);
          inside.at = value;
          inside.expectsKey = false;
        } else {
          const path = open.map((level) => level.at);
          strings.push({ path, value, start: found.index, end: found.index + found[0].length });
        }
      }
    }
  }
  return { strings, repeatsKey };
}

export type JsonObject = Readonly<Record<string, unknown>>;

export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A string or a list of strings as a list; undefined for anything else. */
export function stringsOf(value: unknown): readonly string[] | undefined {
  if (typeof value === "string") return [value];
  if (Array.isArray(value) && value.every((item) => typeof item === "string")) return value;
  return undefined;
}

/** A member of the object itself: `constructor` and the like are not there unless written. */
export function member(object: JsonObject, name: string): unknown {
  return Object.hasOwn(object, name) ? object[name] : undefined;
}
