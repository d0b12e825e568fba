// Another program's answer: what it printed, or in one line why it gave none.
import { execFile } from "node:child_process";
import { promisify } from "node:util";

export type Answer = { readonly text: string } | { readonly wrong: string };

/** Without `patienceMs` it may take as long as it takes. */
export async function answerOf(program: string, args: readonly string[], patienceMs = 0): Promise<Answer> {
  try {
    const { stdout } = await promisify(execFile)(program, args, { timeout: patienceMs });
    return { text: stdout.trim() };
  } catch (error) {
    const { code, stderr, message } = error as NodeJS.ErrnoException & { stderr?: string };
    if (code === "ENOENT") return { wrong: `there is no command ${program}` };
    const said = (stderr?.trim() || message).split("\n")[0]!;
    // Docker takes the options of a plugin that it lacks for its own.
    return { wrong: /^unknown (shorthand )?flag/.test(said) ? `${program} has no plugin ${args[0]}` : said };
  }
}
