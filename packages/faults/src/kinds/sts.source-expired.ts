// A chain of roles breaks at its source: what AssumeRole is signed with has expired.
import { requestKind } from "../kind.ts";
import { expiresAt } from "./expiring.ts";
import { assumesRole } from "./sts-calls.ts";

export const stsSourceExpired = requestKind({
  name: "sts.source-expired",
  row: "ST2",
  says: "AssumeRole is refused since the credential that signs it has expired",
  channel: "calls",
  acts: "requests",
  endsCredential: true,
  parameters: {},
  call: (asked, _, memory) => (assumesRole(asked) ? expiresAt("source", asked, memory) : undefined),
});
