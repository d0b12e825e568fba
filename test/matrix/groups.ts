// The clients of the matrix in two worlds: those whose clock libfaketime moves, which live through hours, and those whose
// clock it does not reach, which live through minutes with keys of a minute.
import { CLIENTS, type Client } from "../clients/clients.ts";

/** Why a client lives at the host's pace. */
const UNMOVED: Readonly<Record<string, string>> = {
  go: "a static program, which libfaketime does not reach",
  rclone: "a static program, which libfaketime does not reach",
  restic: "a static program, which libfaketime does not reach",
  java: "JDKs use up their CPU under libfaketime",
  "python-awscrt": "it keeps keys by the monotonic clock, which is not moved",
  "python-obstore": "it keeps keys by the monotonic clock, which is not moved",
};

/** What a command needs to be as patient on a clock that is moved as it is. */
const PATIENT: Readonly<Record<string, string>> = {
  "aws-cli": `aws --cli-connect-timeout 10000 --cli-read-timeout 10000 s3 ls s3://demo/`,
};

/** Whose patience with the metadata service libfaketime shortens by the rate, and this raises. */
const RAISED = ["boto3", "aws-cli"];

/** A command that compares no clock: it runs on the host's, by which its signatures are as good. */
const CLOCKLESS = ["s3cmd"];

export function hasRaisedPatience({ name }: Client): boolean {
  return RAISED.includes(name);
}

export function isClockless({ name }: Client): boolean {
  return CLOCKLESS.includes(name);
}

export interface Group {
  readonly name: "moved" | "unmoved";
  readonly clients: readonly Client[];
}

export const GROUPS: readonly Group[] = [
  { name: "moved", clients: CLIENTS.filter(({ name }) => UNMOVED[name] === undefined) },
  { name: "unmoved", clients: CLIENTS.filter(({ name }) => UNMOVED[name] !== undefined) },
];

export function whyUnmoved({ name }: Client): string | undefined {
  return UNMOVED[name];
}

/** Whether its program knows this step beside the common ones. */
export function canStep({ name }: Client, step: string): boolean {
  return step === "list" || ["boto3", "js", "go"].includes(name);
}

/** The shell line of a client that is a command. */
export function listLine({ name, runs }: Client): string | undefined {
  return "commands" in runs ? (PATIENT[name] ?? runs.commands["list"]) : undefined;
}

/** A command that starts anew each time takes its seconds. */
export function pauseMs({ runs }: Client): number {
  return "commands" in runs && runs.process === undefined ? 4000 : 2000;
}
