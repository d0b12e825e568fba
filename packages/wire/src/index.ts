// The wire: shapes, codecs, validation, errors. No state, no policy.
export { AwsError, notImplemented } from "./error.ts";
export { type FormNode, parseForm } from "./form.ts";
export { type HttpRequest, header, headerCount, splitTarget } from "./http.ts";
export { decodeJson, encodeJson, encodeJsonError, fromJson, toJson } from "./json.ts";
export { type Answer, type InputOf, Malformed, type Operation, type OutputOf, UnknownMember } from "./operation.ts";
export {
  type DialectName,
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
  emptyResult,
  integer,
  list,
  type Member,
  named,
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
