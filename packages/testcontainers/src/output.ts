// Waiting for a container of ours by what it prints and what it answers. Their output is followed from before the
// start, since a container that ends takes its log with it.
import { setTimeout as pause } from "node:timers/promises";
import { type BoundPorts, getContainerRuntimeClient, type WaitStrategy } from "testcontainers";

/** What a container of ours has printed since it was made. */
export interface Output {
  readonly text: string;
  readonly isOver: boolean;
  /** An open stream keeps the process, also one whose test forgets the container. */
  close(): void;
}

/** From the moment that the container is made. */
export async function followOutput(containerId: string): Promise<Output> {
  const { container } = await getContainerRuntimeClient();
  const stream = await container.attach(container.getById(containerId));
  const output = { text: "", isOver: false, close: () => void (stream as { destroy?(): void }).destroy?.() };
  const end = () => {
    output.isOver = true;
  };
  stream.on("data", (piece: Buffer | string) => {
    output.text += String(piece);
  });
  stream.on("end", end).on("close", end).on("error", end);
  return output;
}

const LOOK_AGAIN_MS = 25;

/** Until `isReady` says so. Rejects with what was printed when the container ends before. */
export class ReadyStrategy implements WaitStrategy {
  output: Output | undefined;
  #timeoutMs = 30_000;
  #isTimeoutSet = false;
  readonly #isReady: (output: Output, ports: BoundPorts) => boolean | Promise<boolean>;

  constructor(isReady: (output: Output, ports: BoundPorts) => boolean | Promise<boolean>) {
    this.#isReady = isReady;
  }

  withStartupTimeout(timeoutMs: number): this {
    this.#timeoutMs = timeoutMs;
    this.#isTimeoutSet = true;
    return this;
  }

  isStartupTimeoutSet(): boolean {
    return this.#isTimeoutSet;
  }

  getStartupTimeout(): number {
    return this.#timeoutMs;
  }

  async waitUntilReady(_container: unknown, ports: BoundPorts): Promise<void> {
    const output = this.output ?? { text: "", isOver: false, close() {} };
    try {
      await this.#untilReady(output, ports);
    } finally {
      output.close();
    }
  }

  async #untilReady(output: Output, ports: BoundPorts): Promise<void> {
    const deadline = performance.now() + this.#timeoutMs;
    while (!(await this.#isReady(output, ports))) {
      if (output.isOver) throw new Error(`the container ended: ${messagesIn(output.text)}`);
      if (performance.now() > deadline) {
        throw new Error(`it was not ready within ${this.#timeoutMs} ms: ${messagesIn(output.text)}`);
      }
      await pause(LOOK_AGAIN_MS);
    }
  }
}

/** The log's lines are JSON; what ends a command is plain text. */
export function messagesIn(text: string): string {
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  return lines
    .map((line) => (line.startsWith("{") ? (/"msg":"((?:[^"\\]|\\.)*)"/.exec(line)?.[1] ?? line) : line))
    .join("\n");
}

/** For one that somebody else may have taken away: that it is not there is no error. */
export async function unlessGone(done: Promise<unknown>): Promise<void> {
  try {
    await done;
  } catch (error) {
    const { statusCode, message } = error as { statusCode?: number; message: string };
    // 409 while the engine is at it.
    if (statusCode !== 404 && !(statusCode === 409 && /removal .* in progress/.test(message))) throw error;
  }
}

/** Resolves when the engine has taken a container away that it was told to remove at its end, with its volumes. */
export async function untilRemoved(containerId: string): Promise<void> {
  const { container } = await getContainerRuntimeClient();
  // It may be away already, which is an error to the engine.
  await container
    .getById(containerId)
    .wait({ condition: "removed" })
    .catch(() => {});
}
