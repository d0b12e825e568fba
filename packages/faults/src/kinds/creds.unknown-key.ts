// The key is not known to the service, as one that has not reached its region yet or was never made.
// https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
import { requestKind } from "../kind.ts";
import { isAmong, SERVICES } from "../services.ts";

export const credsUnknownKey = requestKind({
  name: "creds.unknown-key",
  row: "CR2",
  says: "the key is refused as one that does not exist",
  channel: "calls",
  place: "calls.key",
  acts: "requests",
  parameters: { Services: SERVICES },
  call: ({ service, isExpired }, { Services }) =>
    !isExpired && isAmong(Services, service) ? { do: "refuse", as: "unknown-key" } : undefined,
});
