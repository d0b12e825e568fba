// The wire: shapes, codecs, validation, errors. No state, no policy.
export { AwsError, internalFailure, notImplemented } from "./error.ts";
export { parseForm } from "./form.ts";
export { header, splitTarget } from "./http.ts";
export { decodeJson, encodeJson, encodeJsonError } from "./json.ts";
export { type Answer, Malformed, type Operation, UnknownMember } from "./operation.ts";
export {
  decodeQuery,
  encodeEc2,
  encodeEc2Error,
  encodeQuery,
  encodeQueryError,
  encodeQueryJson,
  encodeQueryJsonError,
} from "./query.ts";
export {
  boolean,
  defaulted,
  described,
  document,
  duration,
  emptyResult,
  integer,
  list,
  type Member,
  named,
  number,
  oneOf,
  required,
  type Shape,
  type StringShape,
  type StructShape,
  string,
  struct,
  timestamp,
  type ValueOf,
} from "./shape.ts";
export { describeViolations, lowerFirst, type Violation, violations, withDefaults } from "./validate.ts";
