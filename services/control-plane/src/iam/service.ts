// IAM on the wire. Global, with its endpoint in us-east-1: signed for that, or for the world's own region.
// https://docs.aws.amazon.com/IAM/latest/APIReference/welcome.html
import { AwsError } from "@rolemint/wire";
import { queryService } from "../query-service.ts";
import { denialText } from "./denial.ts";
import { iamActions } from "./index.ts";
import { IAM_OPERATION_NAMES } from "./operation-names.ts";

/** Codes that are no exceptions of the model, and so keep their name in the trail. */
const PLAIN = new Set(["AccessDenied", "InternalFailure", "NotImplemented", "ValidationError"]);

export const iam = queryService({
  name: "iam",
  version: "2010-05-08",
  xmlns: "https://iam.amazonaws.com/doc/2010-05-08/",
  quotesValues: false,
  actions: iamActions,
  isKnown: (name) => IAM_OPERATION_NAMES.has(name),
  regions: ({ region }) => ["us-east-1", region],
  denied: (refused) => new AwsError("AccessDenied", 403, denialText(refused)),
  trailCode: (code) => (PLAIN.has(code) ? code : `${code}Exception`),
});
