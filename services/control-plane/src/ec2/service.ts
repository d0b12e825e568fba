// EC2 on the wire: its own query dialect, and refusals that say less about keys than the other services'.
// https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html
import type { Refused } from "@rolemint/caller";
import { explainDenial } from "@rolemint/policy";
import { AwsError, decodeQuery, encodeEc2, encodeEc2Error } from "@rolemint/wire";
import type { World } from "@rolemint/world";
import { askForm } from "../query-service.ts";
import type { AuthenticationFault, Service } from "../service.ts";
import { ec2Actions } from "./index.ts";
import { EC2_OPERATION_NAMES } from "./operation-names.ts";

const VERSION = "2016-11-15";

export const ec2: Service = {
  name: "ec2",
  actions: ec2Actions,
  isKnown: (name) => EC2_OPERATION_NAMES.has(name),
  regions: ({ region }) => [region],
  ask: (call) => askForm(call, VERSION, (action, form) => decodeQuery("ec2", action, form)),
  encode: (action, output, requestId) =>
    encodeEc2(action, output, `http://ec2.amazonaws.com/doc/${VERSION}/`, requestId),
  encodeError: (error, requestId) => encodeEc2Error(error, requestId),
  unknownAction({ name, version }) {
    if (name === "") return new AwsError("MissingAction", 400, "The request must contain the parameter Action");
    return new AwsError(
      "InvalidAction",
      400,
      `The action ${name} is not valid for this web service (version ${version}).`,
    );
  },
  unauthenticated,
  denied,
  malformed: ({ path, value, expected }) =>
    new AwsError("InvalidParameterValue", 400, `Invalid value '${value}' for ${path}. Expecting: ${expected}`),
  unknownMember: ({ member }) => new AwsError("UnknownParameter", 400, `The parameter ${member} is not recognized`),
  invalid([first]) {
    const name = first?.sent ?? "";
    if (first?.kind === "null") {
      return new AwsError("MissingParameter", 400, `The request must contain the parameter ${name}`);
    }
    const text = `Value (${String(first?.value)}) for parameter ${name} is invalid. ${first?.constraint}`;
    return new AwsError("InvalidParameterValue", 400, text);
  },
  trailCode: (code) => (code === "InternalFailure" ? "Server.InternalError" : `Client.${code}`),
};

function unauthenticated(fault: AuthenticationFault): AwsError {
  switch (fault.kind) {
    case "token-expired":
    case "time":
      return new AwsError("RequestExpired", 400, "Request has expired.");
    case "scope":
      return new AwsError("AuthFailure", 401, fault.text);
    case "unsigned":
    case "broken":
    case "unknown-key":
    case "inactive-key":
    case "token-missing":
    case "token-invalid":
    case "mismatch":
      return new AwsError("AuthFailure", 401, "AWS was not able to validate the provided access credentials");
  }
}

/** Where the action has resources, the decision goes along, encoded, for DecodeAuthorizationMessage. */
function denied({ request, denial }: Refused, world: World): AwsError {
  const sentence = `You are not authorized to perform this operation. ${explainDenial("ec2", request, denial)}`;
  if (request.resource === "*") return new AwsError("UnauthorizedOperation", 403, sentence);
  const encoded = world.sealMessage(JSON.stringify({ allowed: false, ...denial, request }));
  const text = `${sentence}. Encoded authorization failure message: ${encoded}`;
  return new AwsError("UnauthorizedOperation", 403, text);
}
