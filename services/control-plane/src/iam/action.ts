// IAM's `action`: the error codes that IAM has, with their HTTP statuses.
// https://docs.aws.amazon.com/IAM/latest/APIReference/CommonErrors.html
import { actionsOf } from "../action.ts";

export const action = actionsOf({
  AccessDenied: 403,
  ConcurrentModification: 409,
  DeleteConflict: 409,
  EntityAlreadyExists: 409,
  InvalidInput: 400,
  LimitExceeded: 409,
  MalformedPolicyDocument: 400,
  NoSuchEntity: 404,
  PolicyNotAttachable: 400,
  UnmodifiableEntity: 400,
  ValidationError: 400,
});
