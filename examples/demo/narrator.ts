// How the demo speaks: numbered acts, what is done, what came of it; a spinner on a terminal while it waits.
import { createSpinner } from "nanospinner";
import pc from "picocolors";

let act = 0;

export function title(text: string): void {
  console.log(`\n${pc.bold(`${++act}. ${text}`)}`);
}

/** What is called, in the words of the API. */
export function call(text: string): void {
  console.log(`   ${pc.cyan("→")} ${text}`);
}

export function good(text: string): void {
  console.log(`   ${pc.green("✓")} ${text}`);
}

/** A refusal that was meant to come. */
export function refused(text: string): void {
  console.log(`   ${pc.red("✗")} ${text}`);
}

export function aside(text: string): void {
  console.log(`     ${pc.dim(text)}`);
}

/** Shows that something is waited for, on a terminal only. */
export async function waiting<Value>(text: string, work: Promise<Value>): Promise<Value> {
  if (!process.stdout.isTTY) return await work;
  const spinner = createSpinner(text).start();
  try {
    return await work;
  } finally {
    spinner.clear().stop();
  }
}
