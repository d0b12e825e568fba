// Every back end that the gate can stand before, for the suites that must hold on all of them: the built-in store in
// memory, and real S3 servers. Where a server could not be built, its tests are skipped by name.
import { afterAll, beforeAll, describe } from "@jest/globals";
import { hostClock } from "@rolemint/host";
import type { Backend } from "@rolemint/object-store";
import { openForwardBackend } from "@rolemint/s3-authorizer";
import { openTestGate, type TestGate, type TestGateOptions } from "./gate.ts";
import { hasS3Server, KEY, type S3Server, type ServerName, startS3Server } from "./s3-servers.ts";

/** What a back end does not do as S3 does. */
export interface Differences {
  /**
   * No key with an empty segment, `.` or `..`, or a segment above 255 bytes, and none below another: file systems have
   * no such names, or take them for other ones. They are refused, and read as missing.
   */
  readonly keysArePaths: boolean;
  /** Of the two kilobytes for metadata it takes away `x-amz-meta-` of each name; more than that is refused. */
  readonly countsMetadataPrefix: boolean;
}

export const DIFFERENCES = {
  "the built-in store": { keysArePaths: false, countsMetadataPrefix: false },
  MinIO: { keysArePaths: true, countsMetadataPrefix: true },
  versitygw: { keysArePaths: true, countsMetadataPrefix: false },
} as const satisfies Record<"the built-in store" | ServerName, Differences>;

export interface OnBackend extends Differences {
  readonly openTestGate: (options?: TestGateOptions) => Promise<TestGate>;
}

const SERVERS = ["MinIO", "versitygw"] as const satisfies ServerName[];

/** Declares the suite once for each back end. Gates of one suite share the server. */
export function onEachBackend(declare: (on: OnBackend) => void): void {
  describe("on the built-in store", () => declare({ openTestGate, ...DIFFERENCES["the built-in store"] }));
  onEachServer((name, server) => {
    const openBackend = () => backendOn(server());
    declare({ openTestGate: (options) => openTestGate({ openBackend, ...options }), ...DIFFERENCES[name] });
  });
}

/** Declares the suite once for each server, which runs for as long as its tests. */
export function onEachServer(declare: (name: ServerName, server: () => S3Server) => void): void {
  for (const name of SERVERS) {
    // Built with Go, where there is one: else skipped by name, and failed under REQUIRE_DOCKER=1.
    (hasS3Server(name) ? describe : describe.skip)(`on ${name}`, () => {
      let server: S3Server;
      beforeAll(async () => {
        server = await startS3Server(name);
      });
      afterAll(() => server.close());
      declare(name, () => server);
    });
  }
}

/** It signs by the host's clock, whatever time the world has. */
export function backendOn({ endpoint }: S3Server): Backend {
  return openForwardBackend({ endpoint, ...KEY, region: "us-east-1", clock: hostClock });
}
