// CloudTrail on the wire: JSON 1.1, errors named as exceptions.
// https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/CommonErrors.html
import { explainDenial } from "@rolemint/policy";
import { AwsError, decodeJson, describeViolations, encodeJson, encodeJsonError, header } from "@rolemint/wire";
import { brokenClaim, timeText } from "../query-service.ts";
import type { AuthenticationFault, Service } from "../service.ts";
import { cloudtrailActions } from "./index.ts";
import { CLOUDTRAIL_OPERATION_NAMES } from "./operation-names.ts";

const TARGET = /^(?:com\.amazonaws\.cloudtrail\.v20131101\.)?CloudTrail_20131101\.(\w+)$/;

export const cloudtrail: Service = {
  name: "cloudtrail",
  actions: cloudtrailActions,
  isKnown: (name) => CLOUDTRAIL_OPERATION_NAMES.has(name),
  regions: ({ region }) => [region],
  ask: (call) => ({
    name: TARGET.exec(header(call, "x-amz-target") ?? "")?.[1] ?? "",
    version: "2013-11-01",
    decode: (action) => decodeJson(action, call.body.toString("utf8")),
  }),
  encode: (action, output) => encodeJson(action, output),
  encodeError: encodeJsonError,
  unknownAction: () => new AwsError("UnknownOperationException", 400, "The requested operation is not recognized."),
  unauthenticated,
  denied: ({ request, denial }) => new AwsError("AccessDeniedException", 400, explainDenial("ec2", request, denial)),
  malformed: ({ path, expected }) =>
    new AwsError("SerializationException", 400, path === "" ? "The body is not JSON" : `${path} is not a ${expected}`),
  unknownMember: ({ member }) => new AwsError("ValidationException", 400, `${member} is not a member`),
  invalid: (found) => new AwsError("ValidationException", 400, describeViolations(found, { quoteValues: true })),
  trailCode: (code) => code,
};

function unauthenticated(fault: AuthenticationFault): AwsError {
  switch (fault.kind) {
    case "unsigned":
      return new AwsError("MissingAuthenticationTokenException", 400, "Missing Authentication Token");
    case "broken": {
      const { code, message } = brokenClaim(fault.fault, fault.authorization);
      return new AwsError(
        code === "IncompleteSignature" ? `${code}Exception` : "InvalidSignatureException",
        400,
        message,
      );
    }
    case "scope":
      return new AwsError("SignatureDoesNotMatch", 403, fault.text);
    case "unknown-key":
    case "inactive-key":
    case "token-missing":
    case "token-invalid":
      return new AwsError("UnrecognizedClientException", 400, "The security token included in the request is invalid.");
    case "token-expired":
      return new AwsError("ExpiredTokenException", 400, "The security token included in the request is expired");
    case "time":
      return new AwsError("InvalidSignatureException", 400, timeText(fault));
    case "mismatch": {
      const text = "The request signature we calculated does not match the signature you provided.";
      return new AwsError(
        "InvalidSignatureException",
        400,
        `${text} Check your AWS Secret Access Key and signing method.`,
      );
    }
  }
}
