// Matching against `*` (any run of characters) and `?` (any one UTF-16 unit). A pattern is cut at its stars once; a
// match then looks for piece after piece from left to right and never goes back, since the leftmost place of a piece
// leaves the most room for the next. So no pattern can blow up: at worst text length times the longest piece.

/** Literal text, or one of the two wildcards: literal text may hold a `*` of its own. */
export type Token = { readonly text: string } | "*" | "?";
export type Matcher = (text: string) => boolean;

interface Piece {
  readonly text: string;
  /** Where any character will do; undefined when nowhere. */
  readonly free: readonly boolean[] | undefined;
}

/** The pattern as written, in which every `*` and `?` is a wildcard. */
export function tokenize(pattern: string): readonly Token[] {
  return pattern
    .split(/([*?])/)
    .filter((part) => part !== "")
    .map((part) => (part === "*" || part === "?" ? part : { text: part }));
}

export function wildcard(pattern: string): Matcher {
  return compileTokens(tokenize(pattern));
}

export function compileTokens(tokens: readonly Token[]): Matcher {
  const pieces = cutAtStars(tokens);
  const first = pieces[0]!;
  const last = pieces.at(-1)!;
  if (pieces.length === 1) return (text) => text.length === first.text.length && fitsAt(first, text, 0);
  const middle = pieces.slice(1, -1).filter((piece) => piece.text !== "");
  return (text) => {
    const end = text.length - last.text.length;
    if (end < first.text.length || !fitsAt(first, text, 0) || !fitsAt(last, text, end)) return false;
    let from = first.text.length;
    for (const piece of middle) {
      const at = find(piece, text, from, end);
      if (at < 0) return false;
      from = at + piece.text.length;
    }
    return true;
  };
}

function cutAtStars(tokens: readonly Token[]): readonly Piece[] {
  const pieces: Piece[] = [];
  let text = "";
  let free: boolean[] = [];
  const close = () => {
    pieces.push({ text, free: free.includes(true) ? free : undefined });
    text = "";
    free = [];
  };
  for (const token of tokens) {
    if (token === "*") close();
    else {
      const added = token === "?" ? "?" : token.text;
      text += added;
      free.push(...Array<boolean>(added.length).fill(token === "?"));
    }
  }
  close();
  return pieces;
}

/** The caller sees to it that the piece does not reach beyond the text. */
function fitsAt(piece: Piece, text: string, at: number): boolean {
  if (!piece.free) return text.startsWith(piece.text, at);
  for (let i = 0; i < piece.text.length; i++) {
    if (!piece.free[i] && text.charCodeAt(at + i) !== piece.text.charCodeAt(i)) return false;
  }
  return true;
}

/** The leftmost place at or after `from` where the piece fits and ends by `end`; -1 when there is none. */
function find(piece: Piece, text: string, from: number, end: number): number {
  const latest = end - piece.text.length;
  if (!piece.free) {
    const at = text.indexOf(piece.text, from);
    return at <= latest ? at : -1;
  }
  for (let at = from; at <= latest; at++) if (fitsAt(piece, text, at)) return at;
  return -1;
}
