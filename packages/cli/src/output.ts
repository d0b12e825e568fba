// What a command prints: results to stdout, as text for people or as one JSON object for programs.
import { writeSync } from "node:fs";

export interface Output {
  readonly isJson: boolean;
  /** For people; nothing with --json or --quiet. */
  text(line: string): void;
  /** The result itself: the text is printed even when quiet, the object with --json. */
  result(text: string, object: object): void;
}

export interface OutputFlags {
  readonly json?: boolean;
  readonly quiet?: boolean;
}

/** Written synchronously, so that nothing is lost when the process ends right after. */
export function outputFor(flags: OutputFlags): Output {
  const isJson = flags.json === true;
  return {
    isJson,
    text(line) {
      if (!isJson && flags.quiet !== true) write(`${line}\n`);
    },
    result: (text, object) => void write(isJson ? `${JSON.stringify(object)}\n` : text === "" ? "" : `${text}\n`),
  };
}

/** A name that others gave, on one line and without what a terminal would obey: controls, and turns of direction. */
export function visible(name: string): string {
  return name.replace(/[\p{Cc}\p{Bidi_Control}\p{Zl}\p{Zp}]/gu, "·");
}

/** False once nobody reads any more. Written synchronously. */
export function write(text: string): boolean {
  let rest = Buffer.from(text);
  while (rest.length > 0) {
    try {
      rest = rest.subarray(writeSync(1, rest));
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === "EPIPE") return false;
      if (code !== "EAGAIN") throw error;
    }
  }
  return true;
}
