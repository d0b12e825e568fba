// Why rolemint, or a part of it, did not start, as an error of the command line. Loads all that can fail: a part in a
// container, which must stay small, imports it when something has.
import { ApplyError } from "@rolemint/config";
import { ListenError } from "@rolemint/host";
import { ReadyFileError } from "@rolemint/simulator/ready-file";
import { StoreAwayError } from "@rolemint/simulator/state";
import { isFullDisk, StateError } from "@rolemint/world";
import { CliError } from "./exit.ts";

/** What to do next; what that is depends on the command. */
export interface NextSteps {
  readonly listen: (error: ListenError) => string;
  readonly store: string;
  readonly readyFile: string;
}

/** An error that is none of these stays what it is. */
export function asCliError(error: unknown, { listen, store, readyFile }: NextSteps): unknown {
  if (error instanceof ApplyError) return new CliError("usage", error.message);
  if (error instanceof StateError) return new CliError("environment", error.message);
  if (error instanceof StoreAwayError) return new CliError("environment", `${error.message}; ${store}`);
  if (error instanceof ReadyFileError) return new CliError("environment", `${error.message}; ${readyFile}`);
  if (isFullDisk(error)) return new CliError("environment", "the disk that the state is on is full; make room there");
  return error instanceof ListenError ? new CliError("environment", `${error.message}; ${listen(error)}`) : error;
}
