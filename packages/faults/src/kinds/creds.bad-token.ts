// The session token is refused as broken, which no refresh at the right time would have prevented.
// https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
import { requestKind } from "../kind.ts";
import { isAmong, SERVICES } from "../services.ts";

export const credsBadToken = requestKind({
  name: "creds.bad-token",
  row: "CR3",
  says: "the session token is refused as invalid",
  channel: "calls",
  place: "calls.key",
  acts: "requests",
  parameters: { Services: SERVICES },
  call: ({ service, isExpired }, { Services }) =>
    !isExpired && isAmong(Services, service) ? { do: "refuse", as: "token-invalid" } : undefined,
});
