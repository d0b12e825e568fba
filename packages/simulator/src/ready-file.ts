// The ready file: where everything answers, and the secrets that go with it. Mode 0600, written by rename once every
// listener answers, deleted at the end.
import { renameSync, rmSync, writeFileSync } from "node:fs";

export interface ReadyFile {
  readonly version: 1;
  /** Null where life is judged by `/health`. */
  readonly pid: number | null;
  readonly region: string;
  readonly endpoints: { readonly aws: string; readonly s3: string; readonly control: string };
  readonly operator: { readonly accountId: string; readonly accessKeyId: string; readonly secretAccessKey: string };
  readonly controlToken: string;
  readonly instances: Readonly<Record<string, { readonly instanceId: string; readonly imds: string | null }>>;
}

/** Writes the same text to every path; a path that cannot be written throws. */
export function writeReadyFiles(paths: readonly string[], ready: ReadyFile): void {
  const text = `${JSON.stringify(ready, null, 2)}\n`;
  for (const path of paths) {
    const draft = `${path}.${process.pid}.tmp`;
    writeFileSync(draft, text, { mode: 0o600 });
    renameSync(draft, path);
  }
}

export function removeReadyFiles(paths: readonly string[]): void {
  for (const path of paths) rmSync(path, { force: true });
}
