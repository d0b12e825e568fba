// The body of a request, verified on its way: length, framing, signatures of chunks, hash, digest, checksum. The last
// piece is handed on only when all of it proved right, so that who stores it never has the whole of a wrong body.
// https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html
import type { Incoming } from "@rolemint/object-store";
import {
  ChunkChain,
  ChunkDecoder,
  type ChunkedMode,
  type ChunkFault,
  type ChunkRules,
  EMPTY_SHA256,
  payloadMode,
  UNSIGNED_PAYLOAD,
} from "@rolemint/sigv4";
import { AwsError } from "@rolemint/wire";
import type { Body, Headers } from "./call.ts";
import { type Check, checksumCheck, claimedChecksum, md5Check, sha256Check, sha256Mismatch } from "./checksums.ts";
import { invalidRequest, s3Error, unknownPayloadHash } from "./errors.ts";
import type { Signature } from "./gate.ts";

/** At most 5 GiB in one upload. https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html */
const MAX_BODY_BYTES = 5 * 1024 ** 3;
const NO_TRAILERS: ReadonlyMap<string, string> = new Map();

export interface BodyReader {
  /** The body of an object or a part, for a back end to take. */
  incoming(): Incoming;
  /**
   * A document of at most so many bytes, whole and verified; read once, however often it is asked for. `ownChecksum`:
   * whether x-amz-checksum-* is of this document; CompleteMultipartUpload means its object by it.
   */
  document(maxBytes: number, tooLarge: () => AwsError, ownChecksum?: boolean): Promise<Buffer>;
  /** Throws when there is a body, or a hash of one. */
  refuseAny(): void;
}

export interface BodyOptions {
  readonly body: Body;
  readonly headers: Headers;
  readonly signature: Signature;
  readonly allowsSmallChunks: boolean;
}

export function bodyReader(options: BodyOptions): BodyReader {
  let document: Promise<Buffer> | undefined;
  return {
    incoming: () => openIncoming(options),
    document(maxBytes, tooLarge, ownChecksum = true) {
      document ??= readDocument(options, maxBytes, tooLarge, ownChecksum);
      return document;
    },
    refuseAny() {
      if (options.body.length !== 0) {
        throw invalidRequest("The request included a body. Requests of this type must not include a non-empty body.");
      }
      const { payloadHash = UNSIGNED_PAYLOAD } = options.signature;
      if (payloadMode(payloadHash) === "sha256" && payloadHash !== EMPTY_SHA256) {
        throw sha256Mismatch(payloadHash, EMPTY_SHA256);
      }
    },
  };
}

async function readDocument(
  options: BodyOptions,
  maxBytes: number,
  tooLarge: () => AwsError,
  ownChecksum: boolean,
): Promise<Buffer> {
  const { body, headers, signature } = options;
  const { payloadHash = UNSIGNED_PAYLOAD } = signature;
  const mode = payloadMode(payloadHash);
  if (mode !== "sha256" && mode !== "unsigned") {
    throw invalidRequest("Only PutObject and UploadPart take a body in aws-chunked encoding.");
  }
  if (body.length === undefined) throw s3Error("MissingContentLength");
  if (body.length > maxBytes) throw tooLarge();
  const claimed = ownChecksum ? claimedChecksum(headers, false) : undefined;
  const checks: (Check | undefined)[] = [mode === "sha256" ? sha256Check(payloadHash) : undefined, md5Check(headers)];
  if (claimed) checks.push(checksumCheck(claimed));
  const pieces: Buffer[] = [];
  const verifying = { size: body.length, body, checks: present(checks), decoder: undefined };
  for await (const piece of verified(verifying)) pieces.push(piece);
  return pieces.length === 1 ? pieces[0]! : Buffer.concat(pieces);
}

function openIncoming(options: BodyOptions): Incoming {
  const { body, headers } = options;
  const { payloadHash = UNSIGNED_PAYLOAD } = options.signature;
  const mode = payloadMode(payloadHash);
  if (mode === undefined) throw unknownPayloadHash(payloadHash);
  if (mode === "signature-v4a") {
    throw new AwsError("NotImplemented", 501, `${payloadHash} is not implemented by rolemint`);
  }
  const isPlain = mode === "sha256" || mode === "unsigned";
  // A request that states no length has no body, as HTTP has it; S3 wants one stated all the same.
  const stated = headers.has("content-length") ? body.length : undefined;
  const size = isPlain ? stated : decodedLength(headers);
  if (size === undefined) throw s3Error("MissingContentLength");
  if (size > MAX_BODY_BYTES) {
    throw s3Error("EntityTooLarge", { ProposedSize: String(size), MaxSizeAllowed: String(MAX_BODY_BYTES) });
  }
  const claimed = claimedChecksum(headers, mode === "signed-trailer" || mode === "unsigned-trailer");
  const checksum = claimed && checksumCheck(claimed);
  const checks = present([mode === "sha256" ? sha256Check(payloadHash) : undefined, md5Check(headers), checksum]);
  const trailers = claimed && "trailer" in claimed ? [claimed.trailer] : [];
  const decoder = isPlain ? undefined : decoderOf(options, mode, { decodedLength: size, trailers });
  return {
    size,
    chunks: verified({ size, body, checks, decoder }),
    checksumAlgorithm: claimed?.algorithm,
    checksum: () => checksum?.value(),
  };
}

function decoderOf(
  { signature, allowsSmallChunks }: BodyOptions,
  mode: ChunkedMode,
  length: Pick<ChunkRules, "decodedLength" | "trailers">,
): ChunkDecoder {
  const rules = { ...length, allowsSmallChunks };
  if (mode === "unsigned-trailer") return new ChunkDecoder({ ...rules, mode });
  return new ChunkDecoder({ ...rules, mode, chain: new ChunkChain(signature.key!, signature.claim!) });
}

function decodedLength(headers: Headers): number | undefined {
  const given = headers.get("x-amz-decoded-content-length") ?? "";
  return /^\d{1,15}$/.test(given) ? Number(given) : undefined;
}

interface Verifying {
  readonly size: number;
  readonly body: Body;
  readonly checks: readonly Check[];
  readonly decoder: ChunkDecoder | undefined;
}

/** The pieces of the body, one behind: the last comes when everything is verified. Throws instead when it is not. */
async function* verified({ size, body, checks, decoder }: Verifying): AsyncGenerator<Buffer> {
  let held: Buffer | undefined;
  let seen = 0;
  for await (const segment of body.read()) {
    const decoded = decoder?.push(segment);
    if (decoded?.fault) throw wordChunkFault(decoded.fault);
    for (const piece of decoded?.data ?? [segment]) {
      if (piece.length === 0) continue;
      seen += piece.length;
      if (seen > size) throw incompleteBody(size, seen);
      for (const check of checks) check.update(piece);
      if (held) yield held;
      held = piece;
    }
  }
  const end = decoder?.finish();
  if (end && !end.ok) throw wordChunkFault(end.fault);
  if (seen !== size) throw incompleteBody(size, seen);
  for (const check of checks) check.finish(end?.ok ? end.trailers : NO_TRAILERS);
  if (held) yield held;
}

export function incompleteBody(expected: number, provided: number): AwsError {
  const members = { NumberBytesExpected: String(expected), NumberBytesProvided: String(provided) };
  return s3Error("IncompleteBody", members);
}

function wordChunkFault(fault: ChunkFault): AwsError {
  switch (fault.reason) {
    case "incomplete-body":
      return incompleteBody(fault.expectedBytes, fault.providedBytes);
    case "small-chunk":
      return s3Error("InvalidChunkSizeError", { Chunk: String(fault.chunk), BadChunkSize: String(fault.sizeBytes) });
    case "chunk-too-large":
      return invalidRequest(`Chunk ${fault.chunk} of ${fault.sizeBytes} bytes is larger than a signed chunk may be.`);
    case "malformed-chunk":
    case "surplus-bytes":
      return s3Error("IncompleteBody", {}, "The request body terminated unexpectedly");
    case "malformed-trailer":
      return s3Error("MalformedTrailerError");
    case "signature-mismatch":
      return s3Error("SignatureDoesNotMatch");
  }
}

function present<Value>(values: readonly (Value | undefined)[]): Value[] {
  return values.filter((value) => value !== undefined);
}
