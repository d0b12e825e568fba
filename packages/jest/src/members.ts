// Options as tests in JavaScript give them: a misspelt one must not go unnoticed.
import { suggestion } from "@rolemint/config/nearest";

/** Throws Error with the name that is not among `members`. */
export function refuseStrangers(what: string, options: unknown, members: readonly string[]): void {
  if (typeof options !== "object" || options === null) {
    throw new Error(`${what} takes an object of options, not ${JSON.stringify(options)}`);
  }
  const stranger = Object.keys(options).find((member) => !members.includes(member));
  if (stranger !== undefined) throw new Error(`${what} takes no ${stranger}${suggestion(stranger, members)}`);
}
