// What a request says about its body: the values of x-amz-content-sha256 and the framing that each one announces.
// https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html
import { hash } from "node:crypto";

export const UNSIGNED_PAYLOAD = "UNSIGNED-PAYLOAD";
export const EMPTY_SHA256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

/**
 * How the body of an S3 request comes: plain with its hash, plain without, or in aws-chunked framing.
 * `signature-v4a` is legal on AWS and not verified here.
 */
export type PayloadMode = "sha256" | "unsigned" | ChunkedMode | "signature-v4a";
export type ChunkedMode = "signed" | "signed-trailer" | "unsigned-trailer";

const MODES: Readonly<Record<string, PayloadMode>> = {
  [UNSIGNED_PAYLOAD]: "unsigned",
  "STREAMING-AWS4-HMAC-SHA256-PAYLOAD": "signed",
  "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER": "signed-trailer",
  "STREAMING-UNSIGNED-PAYLOAD-TRAILER": "unsigned-trailer",
  "STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD": "signature-v4a",
  "STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD-TRAILER": "signature-v4a",
};

/** The mode that a value of x-amz-content-sha256 announces; undefined when S3 knows no such value. */
export function payloadMode(payloadHash: string): PayloadMode | undefined {
  if (isSha256Hex(payloadHash)) return "sha256";
  return Object.hasOwn(MODES, payloadHash) ? MODES[payloadHash] : undefined;
}

/** 64 lower-case hexadecimal digits, the only spelling of a hash or signature that is accepted. */
function isSha256Hex(text: string): boolean {
  return text.length === 64 && /^[0-9a-f]+$/.test(text);
}

/** SHA-256 in lower-case hexadecimal; of a string its UTF-8 bytes. */
export function sha256Hex(data: string | Uint8Array): string {
  return hash("sha256", data, "hex");
}
