// Where a text stops being JSON. JSON.parse says so only for some errors and in words that change with the engine.

type Expected = "value" | "value or end" | "key" | "key or end" | "colon" | "comma or end" | "end";

const WORDS: Readonly<Record<Expected, string>> = {
  value: "a value",
  "value or end": "a value or ]",
  key: "a key in double quotes",
  "key or end": "a key in double quotes or }",
  colon: "a colon",
  "comma or end": "a comma or the end of the list or object",
  end: "nothing more",
};

const TEXT = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/;
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/;
const LEXEME = new RegExp(`[{}[\\],:]|${TEXT.source}|${NUMBER.source}|true|false|null`, "y");

/** Undefined when the text is JSON; else the offset of what is wrong, and what belongs there. */
export function jsonError(text: string): { readonly offset: number; readonly wanted: string } | undefined {
  const open: ("{" | "[")[] = [];
  let expected: Expected = "value";
  let offset = 0;
  for (;;) {
    while (" \t\n\r".includes(text[offset] ?? "x")) offset += 1;
    if (offset === text.length && expected === "end") return undefined;
    LEXEME.lastIndex = offset;
    const lexeme = LEXEME.exec(text)?.[0];
    const next: Expected | undefined = lexeme === undefined ? undefined : after(expected, lexeme, open);
    if (lexeme === undefined || next === undefined) return { offset, wanted: WORDS[expected] };
    expected = next;
    offset += lexeme.length;
  }
}

/** What may follow, or undefined when the lexeme may not stand here. Keeps `open`. */
function after(expected: Expected, lexeme: string, open: ("{" | "[")[]): Expected | undefined {
  const closes = lexeme === "}" ? "{" : lexeme === "]" ? "[" : undefined;
  if (closes !== undefined) {
    const mayEnd = expected === "comma or end" || expected === (closes === "{" ? "key or end" : "value or end");
    if (!mayEnd || open.pop() !== closes) return undefined;
    return open.length === 0 ? "end" : "comma or end";
  }
  switch (expected) {
    case "value":
    case "value or end":
      if (lexeme === "," || lexeme === ":") return undefined;
      if (lexeme === "{" || lexeme === "[") {
        open.push(lexeme);
        return lexeme === "{" ? "key or end" : "value or end";
      }
      return open.length === 0 ? "end" : "comma or end";
    case "key":
    case "key or end":
      return lexeme.startsWith('"') ? "colon" : undefined;
    case "colon":
      return lexeme === ":" ? "value" : undefined;
    case "comma or end":
      if (lexeme !== ",") return undefined;
      return open.at(-1) === "{" ? "key" : "value";
    case "end":
      return undefined;
  }
}
