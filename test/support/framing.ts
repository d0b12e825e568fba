// aws-chunked bodies made by hand, as boto3, the Java SDK and minio-go send them.
import { ChunkChain, claim, deriveSigningKey, sha256Hex, signRequest } from "@rolemint/sigv4";
import type { Ask, Signer, TestGate } from "./gate.ts";

export interface Framed {
  readonly data: Buffer;
  readonly chunkBytes: number;
  /** Name and value of the trailer. */
  readonly trailer?: readonly [string, string];
}

function cut({ data, chunkBytes }: Framed): Buffer[] {
  const pieces: Buffer[] = [];
  for (let at = 0; at < data.length; at += chunkBytes) pieces.push(data.subarray(at, at + chunkBytes));
  return pieces;
}

/** `STREAMING-UNSIGNED-PAYLOAD-TRAILER`, as boto3 and JS send it. */
export function unsignedFrames(framed: Framed): Buffer {
  const parts: (Buffer | string)[] = [];
  for (const piece of cut(framed)) parts.push(`${piece.length.toString(16)}\r\n`, piece, "\r\n");
  parts.push("0\r\n");
  if (framed.trailer) parts.push(`${framed.trailer[0]}:${framed.trailer[1]}\r\n`);
  parts.push("\r\n");
  return Buffer.concat(parts.map((part) => Buffer.from(part)));
}

/** A whole request with signed chunks, and its trailer if there is one. `spoil` changes the body after it is signed. */
export function signedFrames(
  t: TestGate,
  ask: Pick<Ask, "target" | "headers"> & { readonly signer: Signer },
  framed: Framed,
  spoil: (body: Buffer) => Buffer = (body) => body,
): Buffer {
  const mode = `STREAMING-AWS4-HMAC-SHA256-PAYLOAD${framed.trailer ? "-TRAILER" : ""}`;
  const rawHeaders = [
    "Host",
    `127.0.0.1:${t.port}`,
    "Content-Encoding",
    "aws-chunked",
    "x-amz-decoded-content-length",
    String(framed.data.length),
    ...(framed.trailer ? ["x-amz-trailer", framed.trailer[0]] : []),
    ...(ask.headers ?? []),
  ];
  const scope = { region: t.region, service: "s3" };
  const request = { method: "PUT", target: ask.target, rawHeaders };
  const signed = signRequest(request, { ...ask.signer, ...scope }, { timeMs: t.now(), payloadHash: mode });
  const claimed = claim(signed, "s3");
  if (claimed.kind !== "header") throw new Error("the request was not signed");
  const chain = new ChunkChain(deriveSigningKey(ask.signer.secretAccessKey, claimed.scope), claimed);
  const parts: (Buffer | string)[] = [];
  for (const piece of [...cut(framed), Buffer.alloc(0)]) {
    parts.push(`${piece.length.toString(16)};chunk-signature=${chain.chunk(sha256Hex(piece))}\r\n`, piece);
    if (piece.length > 0) parts.push("\r\n");
  }
  if (framed.trailer) {
    const [name, value] = framed.trailer;
    const signature = chain.trailer(sha256Hex(`${name}:${value}\n`));
    parts.push(`${name}:${value}\r\nx-amz-trailer-signature:${signature}\r\n`);
  }
  parts.push("\r\n");
  const body = spoil(Buffer.concat(parts.map((part) => Buffer.from(part))));
  let head = `PUT ${ask.target} HTTP/1.1\r\n`;
  for (let i = 0; i < signed.rawHeaders.length; i += 2) {
    head += `${signed.rawHeaders[i]}: ${signed.rawHeaders[i + 1]}\r\n`;
  }
  return Buffer.concat([Buffer.from(`${head}Content-Length: ${body.length}\r\n\r\n`), body]);
}
