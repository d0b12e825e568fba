// STS's `action`: the error codes that STS has, with their HTTP statuses.
// https://docs.aws.amazon.com/STS/latest/APIReference/CommonErrors.html
import { actionsOf } from "../action.ts";

export const action = actionsOf({
  AccessDenied: 403,
  InvalidParameterValue: 400,
  MalformedPolicyDocument: 400,
  PackedPolicyTooLarge: 400,
  ValidationError: 400,
});
