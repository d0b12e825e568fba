// STS on the wire, at the regional endpoint of the world's region.
// https://docs.aws.amazon.com/STS/latest/APIReference/welcome.html
import { explainDenial } from "@rolemint/policy";
import { AwsError } from "@rolemint/wire";
import { queryService } from "../query-service.ts";
import { stsActions } from "./index.ts";
import { STS_OPERATION_NAMES } from "./operation-names.ts";

/** Codes that CloudTrail writes with `Exception` behind them. */
const EXCEPTIONS = new Set(["MalformedPolicyDocument", "PackedPolicyTooLarge"]);

export const sts = queryService({
  name: "sts",
  version: "2011-06-15",
  xmlns: "https://sts.amazonaws.com/doc/2011-06-15/",
  quotesValues: true,
  actions: stsActions,
  isKnown: (name) => STS_OPERATION_NAMES.has(name),
  regions: ({ region }) => [region],
  /** STS gives no reason: one text for no trust, no right, a wrong external id and a role that is not there. */
  denied: ({ request, denial }) => new AwsError("AccessDenied", 403, explainDenial("sts", request, denial)),
  trailCode: (code) => (EXCEPTIONS.has(code) ? `${code}Exception` : code),
});
