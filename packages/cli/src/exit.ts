// How a command ends. An error is one sentence: what is wrong, what to do next.

/** 0 is done; `exec` ends with its program's own code. */
export const EXIT = { refused: 1, usage: 2, environment: 3, timeout: 4 } as const;

export class CliError extends Error {
  readonly exitCode: number;

  constructor(kind: keyof typeof EXIT, message: string) {
    super(message);
    this.exitCode = EXIT[kind];
  }
}
