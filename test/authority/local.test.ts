// The seam's contract, met by function call.
import { describeAuthority } from "@rolemint/authority/contract";
import { localAuthority } from "@rolemint/world";
import { openSubject } from "../support/authority-subject.ts";

describeAuthority("the authority in one process", () =>
  openSubject(async (world) => ({
    authority: localAuthority(world),
    acknowledged: async () => {},
    close: async () => {},
  })),
);
