// Directory listings, made from the paths that are served, so that a listing names only what is there. Names in
// alphabetical order, which is the recorded one, joined by LF with none at the end; a directory ends in a slash.

/** The listing of every directory above the given paths; the root of a version is the empty path. */
export function listingsOf(paths: Iterable<string>): Map<string, string> {
  const directories = new Map<string, Map<string, boolean>>();
  for (const path of paths) {
    const names = path.split("/");
    for (let depth = 0; depth < names.length; depth++) {
      const directory = names.slice(0, depth).join("/");
      const entries = directories.get(directory) ?? new Map<string, boolean>();
      entries.set(names[depth]!, depth < names.length - 1);
      directories.set(directory, entries);
    }
  }
  return new Map([...directories].map(([directory, entries]) => [directory, listing(directory, entries)]));
}

function listing(directory: string, entries: ReadonlyMap<string, boolean>): string {
  // A version's root names its directories without the slash.
  const mark = directory === "" ? "" : "/";
  const names = [...entries].sort(([a], [b]) => (a < b ? -1 : 1));
  return names.map(([name, isDirectory]) => (isDirectory ? name + mark : name)).join("\n");
}
