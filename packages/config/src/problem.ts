// What is wrong with a config, and where. A message is a predicate that follows the path, so that a problem reads as
// one sentence: `rolemint.yaml:12:5: roles.app.pat is not a key here; did you mean path?`.

/** The way from the top of the file to a value: keys, and indexes of lists. */
export type Path = readonly (string | number)[];

export interface Problem {
  /** As the caller named it, or as the config names it, relative to where the caller stands. */
  readonly file: string;
  /** From 1; 0 when the file as a whole is meant. */
  readonly line: number;
  /** From 1, in UTF-16 units; 0 when the file as a whole is meant. */
  readonly column: number;
  /** `roles.app.managedPolicies[0]`; empty when the file as a whole is meant. */
  readonly path: string;
  readonly message: string;
}

/** One line a problem, in the order given. */
export function formatProblems(problems: readonly Problem[]): string {
  return problems.map(formatProblem).join("\n");
}

function formatProblem({ file, line, column, path, message }: Problem): string {
  const place = line === 0 ? file : `${file}:${line}:${column}`;
  return `${place}: ${path === "" ? "the file" : path} ${message}`;
}

/** Keys that are no plain words stand in quotes: `roles["a.b"].tags`. */
export function pathText(path: Path): string {
  let text = "";
  for (const step of path) {
    if (typeof step === "number") text += `[${step}]`;
    else if (!/^[\w-]+$/.test(step)) text += `[${quote(step)}]`;
    else text += text === "" ? step : `.${step}`;
  }
  return text;
}

/** The text in quotes, on one line, cut after 60 characters. */
export function quote(text: string): string {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text);
}

/** What a value is, for "found …". */
export function describe(value: unknown): string {
  if (value === undefined || value === null) return "nothing";
  if (typeof value === "string") return `the text ${quote(value)}`;
  if (typeof value === "number") return `the number ${value}`;
  if (typeof value === "boolean") return String(value);
  return Array.isArray(value) ? "a list" : "a mapping";
}
