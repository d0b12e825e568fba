// The contract of a back end: a suite that every implementation passes. It asserts refusals by their code only, since
// another store's answers have fewer facts; the built-in store's own tests look at those.
import { afterAll, beforeAll, describe } from "@jest/globals";
import type { Backend } from "./backend.ts";
import { describeChecksums } from "./contract/checksums.ts";
import { describeConditions } from "./contract/conditions.ts";
import { describeListing } from "./contract/listing.ts";
import { describeObjects } from "./contract/objects.ts";
import type { Subject } from "./contract/subject.ts";
import { describeUploadLists } from "./contract/upload-lists.ts";
import { describeUploads } from "./contract/uploads.ts";

/**
 * Declares the suite for one back end. `open` is called once; every test makes its own bucket.
 */
export function describeBackend(
  name: string,
  open: () => Promise<{ readonly backend: Backend; close(): Promise<void> }>,
): void {
  describe(name, () => {
    let opened: Awaited<ReturnType<typeof open>>;
    let buckets = 0;
    beforeAll(async () => {
      opened = await open();
    });
    afterAll(() => opened.close());
    const subject: Subject = {
      get backend() {
        return opened.backend;
      },
      async newBucket() {
        const bucket = `contract-${++buckets}`;
        await opened.backend.createBucket(bucket);
        return bucket;
      },
    };
    describeObjects(subject);
    describeConditions(subject);
    describeListing(subject);
    describeUploads(subject);
    describeUploadLists(subject);
    describeChecksums(subject);
  });
}
