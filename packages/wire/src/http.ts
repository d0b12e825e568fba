// An HTTP exchange as plain data. The target and the header list are kept as they came: a signature covers them.

export interface HttpRequest {
  readonly method: string;
  /** The request target exactly as sent, path and query. */
  readonly target: string;
  /** Name, value, name, value … as received, with duplicates; values are latin1 as Node decodes them. */
  readonly rawHeaders: readonly string[];
}

/** The first value of a header, or undefined. `name` in lower case. */
export function header(request: Pick<HttpRequest, "rawHeaders">, name: string): string | undefined {
  const raw = request.rawHeaders;
  for (let i = 0; i < raw.length; i += 2) {
    const given = raw[i]!;
    if (given.length === name.length && given.toLowerCase() === name) return raw[i + 1];
  }
  return undefined;
}

export function splitTarget(target: string): { path: string; query: string } {
  const mark = target.indexOf("?");
  return mark < 0 ? { path: target, query: "" } : { path: target.slice(0, mark), query: target.slice(mark + 1) };
}
