// What the server behind answers instead of what was asked, as the refusals that a back end may give. What is not in
// the table was not foreseen: it is logged, and the gate answers that one may come again.
import { Refusal, type RefusalCode } from "@rolemint/object-store";
import { invalidRequest, noSuchKey, noSuchUpload } from "@rolemint/object-store/refusals";
import { header } from "@rolemint/wire/http";
import { childText, type XmlElement } from "@rolemint/wire/xml";
import type { Answer } from "./client.ts";
import { readDocument } from "./documents.ts";
import type { Remote } from "./remote.ts";

const MAX_ERROR_BYTES = 64 * 1024;

/** Codes that mean what they mean on S3, and what else servers say for the same. */
const CODES: Readonly<Record<string, RefusalCode>> = {
  BadDigest: "BadDigest",
  ConditionalRequestConflict: "ConditionalRequestConflict",
  EntityTooLarge: "EntityTooLarge",
  EntityTooSmall: "EntityTooSmall",
  IncompleteBody: "IncompleteBody",
  InvalidPart: "InvalidPart",
  InvalidPartNumber: "InvalidPartNumber",
  InvalidPartOrder: "InvalidPartOrder",
  InvalidRange: "InvalidRange",
  NoSuchKey: "NoSuchKey",
  NoSuchUpload: "NoSuchUpload",
  OperationAborted: "ConditionalRequestConflict",
  PreconditionFailed: "PreconditionFailed",
  XAmzContentChecksumMismatch: "BadDigest",
};

/** A key that names no file, or one that is in the way of another. */
const UNSTORABLE = new Set([
  "DirectoryObjectContainsData",
  "ExistingObjectIsDirectory",
  "KeyTooLongError",
  "ObjectParentIsFile",
  "XMinioInvalidObjectName",
  "XMinioInvalidResourceName",
  "XMinioObjectExistsAsDirectory",
  "XMinioParentIsObject",
]);

export function isUnstorable(code: string): boolean {
  return UNSTORABLE.has(code);
}

/** An error as it came; an answer without a body has its code from the status. */
export interface ServerError {
  readonly code: string;
  readonly facts: Readonly<Record<string, string>>;
}

export async function readError(remote: Remote, response: Answer): Promise<ServerError> {
  const status = response.statusCode ?? 0;
  const named = header(response, "x-minio-error-code");
  const document = await readDocument(remote, response, MAX_ERROR_BYTES).catch(() => undefined);
  if (document?.name === "Error") return errorOf(document);
  return { code: named ?? STATUS_CODES[status] ?? `status ${status}`, facts: {} };
}

const STATUS_CODES: Readonly<Record<number, string>> = {
  404: "NoSuchKey",
  412: "PreconditionFailed",
  416: "InvalidRange",
};

function errorOf(document: XmlElement): ServerError {
  const facts: Record<string, string> = {};
  for (const name of ["ActualObjectSize", "ActualPartCount"]) {
    const text = childText(document, name);
    if (text !== undefined && /^\d{1,15}$/.test(text)) facts[name] = text;
  }
  return { code: childText(document, "Code") ?? "no code", facts };
}

/** Which object or upload was meant, for the refusal's facts. */
export interface Place {
  readonly bucket: string;
  readonly key: string;
  readonly uploadId?: string;
}

/** What to throw for an error that no one looked at in particular. */
export function refusalOf(remote: Remote, { code, facts }: ServerError, place: Place): Refusal {
  if (code === "NoSuchBucket") {
    // The world has this bucket: the next write makes it anew.
    remote.buckets.delete(`/${place.bucket}`);
    return remote.client.unavailable(new Error(`the server has no bucket ${place.bucket}`));
  }
  if (isUnstorable(code)) return invalidRequest("NameNotSupported");
  if (code === "MetadataTooLarge") return invalidRequest("MetadataNotSupported");
  const known = CODES[code];
  if (known === "NoSuchKey") return noSuchKey(place.key);
  if (known === "NoSuchUpload") return noSuchUpload(place.uploadId ?? "");
  if (known) return new Refusal(known, facts);
  return remote.client.unavailable(new Error(`the server answered ${code}`));
}

/** Reads the error and gives what to throw. */
export async function refusalIn(remote: Remote, response: Answer, place: Place): Promise<Refusal> {
  return refusalOf(remote, await readError(remote, response), place);
}

/** 1000 keys of 1 KiB, each byte as %XX, and room. */
const MAX_RESULT_BYTES = 8 * 1024 ** 2;

/**
 * The document that a request asks for, by its root element. Long work may answer 200 before it has failed; then the
 * document is the error.
 */
export async function readResult(remote: Remote, response: Answer, root: string, place: Place): Promise<XmlElement> {
  if (response.statusCode !== 200) throw await refusalIn(remote, response, place);
  const document = await readDocument(remote, response, MAX_RESULT_BYTES);
  if (document?.name === root) return document;
  if (document?.name === "Error") throw refusalOf(remote, errorOf(document), place);
  throw remote.client.unavailable(new Error(`the answer is no ${root}`));
}
