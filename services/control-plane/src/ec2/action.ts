// EC2's `action`: the error codes that EC2 has, with their HTTP statuses.
// https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html
import { actionsOf } from "../action.ts";

export const action = actionsOf({
  IdempotentParameterMismatch: 400,
  IncorrectInstanceState: 400,
  IncorrectState: 400,
  "InvalidAMIID.Malformed": 400,
  "InvalidAssociationID.NotFound": 400,
  InvalidID: 400,
  "InvalidInstanceID.Malformed": 400,
  "InvalidInstanceID.NotFound": 400,
  InvalidParameterCombination: 400,
  InvalidParameterValue: 400,
  "InvalidUserData.Malformed": 400,
  MissingParameter: 400,
  TagLimitExceeded: 400,
});
