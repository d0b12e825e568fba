// A client that is asked for one step after another: a program that reads them from stdin, or commands that a shell runs.
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import type { Project } from "../support/compose.ts";
import type { Client } from "./clients.ts";

export interface Answer {
  readonly isOk: boolean;
  /** What it found, or the client's own words of what went wrong. */
  readonly text: string;
}

export interface Session {
  /** An answer of nothing where the client has no such step. */
  step(name: string): Promise<Answer | undefined>;
  /** What it wrote to stderr so far. */
  warnings(): string;
  end(): Promise<void>;
}

/** In the client's own container. Of a program it is one process until the end. */
export function openSession(project: Project, { name, runs }: Client): Session {
  if ("program" in runs) return openProgram(["exec", "-i", project.container(name), ...runs.program]);
  const { commands } = runs;
  return {
    async step(step) {
      const line = commands[step];
      if (line === undefined) return undefined;
      const { code, text } = await project.exec(name, "sh", "-c", line);
      return { isOk: code === 0, text };
    },
    warnings: () => "",
    end: async () => {},
  };
}

/** A program started by `docker` with these arguments: a line in for each step, lines out that end in `=ok` or `=failed`, or `=none`. */
export function openProgram(args: readonly string[]): Session {
  const child = spawn("docker", args);
  const ended = new Promise<void>((done) => child.once("close", () => done()));
  let warnings = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    warnings += text;
  });
  child.stdin.on("error", () => {});
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    async step(step) {
      child.stdin.write(`${step}\n`);
      const text: string[] = [];
      for (;;) {
        const { value, done } = await lines.next();
        if (done) throw new Error(`the program ended: ${text.join("\n")}${warnings}`);
        if (value === "=none") return undefined;
        if (value === "=ok" || value === "=failed") return { isOk: value === "=ok", text: text.join("\n") };
        text.push(value);
      }
    },
    warnings: () => warnings,
    async end() {
      child.stdin.end();
      await ended;
    },
  };
}
