// The only error that crosses a boundary. Everything else that is thrown is a fault of ours.

/** An answer that refuses, in AWS's terms: code, HTTP status, message, and further members in their order. */
export class AwsError extends Error {
  readonly code: string;
  readonly status: number;
  readonly fields: Readonly<Record<string, string>>;

  constructor(code: string, status: number, message: string, fields: Readonly<Record<string, string>> = {}) {
    super(message);
    this.name = "AwsError";
    this.code = code;
    this.status = status;
    this.fields = fields;
  }
}

/** 501 for a name that AWS's model has and we lack. */
export function notImplemented(name: string): AwsError {
  return new AwsError("NotImplemented", 501, `${name} is not implemented by rolemint`);
}

/** 500 for what should not have happened; the log has it. */
export function internalFailure(): AwsError {
  const text = "The request processing has failed because of an unknown error, exception or failure.";
  return new AwsError("InternalFailure", 500, text);
}
