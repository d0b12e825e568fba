// The environment of an instance or of the operator of a running simulator, and how shells take it.
import type { ReadyFile } from "@rolemint/simulator";
import { clientEnvironment, type Environment } from "@rolemint/simulator/client-environment";
import { instanceIn } from "./running.ts";

export { applied, type Environment } from "@rolemint/simulator/client-environment";

/** Whose environment: an instance's by name (the only one without), or the operator's. */
export type Whose = { readonly instance: string | undefined } | "operator";

/** `current` is the environment that it goes into: families of variables are unset by the members that are there. */
export function environmentFor(
  ready: ReadyFile,
  whose: Whose,
  current: NodeJS.ProcessEnv,
  nowhere: string,
): Environment {
  const { region, endpoints, operator } = ready;
  const as = whose === "operator" ? { operator } : { imds: instanceIn(ready, whose.instance).imds };
  return clientEnvironment({ region, aws: endpoints.aws, ...as }, current, nowhere);
}

/** The environment as a shell evaluates it. */
export const SHELLS = {
  sh: ({ set, unset }) => [
    ...unset.map((name) => `unset ${name}`),
    ...Object.entries(set).map(([name, value]) => `export ${name}='${value.replaceAll("'", "'\\''")}'`),
  ],
  fish: ({ set, unset }) => [
    ...unset.map((name) => `set -e ${name};`),
    ...Object.entries(set).map(
      ([name, value]) => `set -gx ${name} '${value.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}';`,
    ),
  ],
  powershell: ({ set, unset }) => [
    ...unset.map((name) => `Remove-Item Env:${name} -ErrorAction SilentlyContinue`),
    ...Object.entries(set).map(([name, value]) => `$Env:${name} = '${value.replaceAll("'", "''")}'`),
  ],
} satisfies Record<string, (environment: Environment) => string[]>;

export type ShellName = keyof typeof SHELLS;
