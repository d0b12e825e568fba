// What every part has in common: it was started, it says whether it is well, and it can be ended.

export interface Part {
  /** What it prints when it answers. */
  readonly started: string;
  isHealthy(): boolean;
  /** Resolves when it has to end by itself: what it serves is gone. */
  readonly ended?: Promise<void>;
  close(): Promise<void>;
}

/** Closers run in the reverse order of their being added; a failure half-way leaves nothing running. */
export async function assembled(
  assemble: (onClose: (close: () => void | Promise<void>) => void) => Promise<Omit<Part, "close">>,
): Promise<Part> {
  const closers: (() => void | Promise<void>)[] = [];
  const close = async () => {
    for (const end of closers.splice(0).reverse()) await end();
  };
  try {
    return { ...(await assemble((end) => closers.push(end))), close };
  } catch (error) {
    await close();
    throw error;
  }
}
