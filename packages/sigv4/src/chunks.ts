// Decodes an aws-chunked body as it arrives, in segments of any size. Signed data is held until its chunk's signature
// has been verified, unsigned data passes through; memory stays bounded by one signed chunk, and nothing is ever
// allocated because a client announced it.
// https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html
// https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming-trailers.html
import { createHash, type Hash } from "node:crypto";
import type { ChunkChain } from "./chunk-chain.ts";
import { isSameSignature } from "./key.ts";
import { EMPTY_SHA256, sha256Hex } from "./payload.ts";

export interface ChunkRules {
  /** x-amz-decoded-content-length, bytes. */
  readonly decodedLength: number;
  /** The names in x-amz-trailer, lower case: each must come, and no other. */
  readonly trailers: readonly string[];
  /** Lets chunks under 8192 bytes stand before others, which AWS refuses. */
  readonly allowsSmallChunks?: boolean;
}

export type ChunkOptions = ChunkRules &
  ({ readonly mode: "signed" | "signed-trailer"; readonly chain: ChunkChain } | { readonly mode: "unsigned-trailer" });

export type ChunkFault =
  /** The body ended early, or its data is not as long as announced. */
  | { readonly reason: "incomplete-body"; readonly expectedBytes: number; readonly providedBytes: number }
  /** A chunk under 8192 bytes is not the last. `chunk` counts from 1 and names the one after it, as AWS does. */
  | { readonly reason: "small-chunk"; readonly chunk: number; readonly sizeBytes: number }
  | { readonly reason: "chunk-too-large"; readonly chunk: number; readonly sizeBytes: number }
  | { readonly reason: "malformed-chunk"; readonly chunk: number }
  | { readonly reason: "malformed-trailer" }
  /** `chunk` is absent when it is the trailer's signature. */
  | { readonly reason: "signature-mismatch"; readonly chunk?: number }
  /** Bytes after the end. */
  | { readonly reason: "surplus-bytes" };

/** Data that may go on now, and what was wrong after it. */
export interface Decoded {
  readonly data: readonly Buffer[];
  readonly fault?: ChunkFault;
}

export type BodyEnd =
  | { readonly ok: true; readonly trailers: ReadonlyMap<string, string> }
  | { readonly ok: false; readonly fault: ChunkFault };

const MIN_CHUNK_BYTES = 8192;
const MAX_SIGNED_CHUNK_BYTES = 16 * 1024 * 1024;
const MAX_LINE_BYTES = 1024;
const MAX_TRAILER_BYTES = 1024;
const BLOCK_BYTES = 64 * 1024;
const LF = 0x0a;
const CHUNK_SIGNATURE = ";chunk-signature=";
const TRAILER = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([!-~]+(?: [!-~]+)*)[ \t]*$/;
const TRAILER_SIGNATURE = "x-amz-trailer-signature";

/** One body. After a fault it gives nothing but that fault. */
export class ChunkDecoder {
  readonly #options: ChunkOptions;
  #state: "size" | "data" | "data-end" | "trailer" | "end" = "size";
  #fault: ChunkFault | undefined;
  #text = "";
  #chunk = 0;
  #size = MIN_CHUNK_BYTES;
  #left = 0;
  #received = 0;
  #signature = "";
  #held = new HeldData();
  #trailers = new Map<string, string>();

  constructor(options: ChunkOptions) {
    this.#options = options;
  }

  /** Takes the next bytes of the body. Data handed out may be a view of `segment`. */
  push(segment: Buffer): Decoded {
    const data: Buffer[] = [];
    let at = 0;
    while (at < segment.length && !this.#fault) {
      switch (this.#state) {
        case "size":
          at = this.#readText(segment, at, MAX_LINE_BYTES, { reason: "malformed-chunk", chunk: this.#chunk + 1 });
          if (this.#text.endsWith("\n")) this.#fault ??= this.#startChunk(this.#takeText());
          break;
        case "data":
          at = this.#readData(segment, at, data);
          break;
        case "data-end":
          at = this.#readText(segment, at, 2, { reason: "malformed-chunk", chunk: this.#chunk });
          if (this.#text.length === 2 || this.#text === "\n") this.#endData(this.#takeText());
          break;
        case "trailer":
          at = this.#readText(segment, at, MAX_TRAILER_BYTES, { reason: "malformed-trailer" });
          if (this.#text === "\r\n" || this.#text.endsWith("\r\n\r\n")) {
            this.#fault ??= this.#readTrailers(this.#takeText());
            this.#state = "end";
          }
          break;
        case "end":
          this.#fault = { reason: "surplus-bytes" };
          break;
      }
    }
    return this.#fault ? { data, fault: this.#fault } : { data };
  }

  /** The body has ended: whether all of it was there and right, and what its trailer said. */
  finish(): BodyEnd {
    if (!this.#fault && this.#state !== "end") this.#fault = this.#incomplete(this.#received);
    return this.#fault ? { ok: false, fault: this.#fault } : { ok: true, trailers: this.#trailers };
  }

  /** Adds to the text up to and with the next LF. Returns where to go on. */
  #readText(segment: Buffer, at: number, limitBytes: number, fault: ChunkFault): number {
    const lineFeed = segment.indexOf(LF, at);
    const end = lineFeed < 0 ? segment.length : lineFeed + 1;
    if (this.#text.length + end - at > limitBytes) this.#fault = fault;
    else this.#text += segment.toString("latin1", at, end);
    return end;
  }

  #takeText(): string {
    const text = this.#text;
    this.#text = "";
    return text;
  }

  #startChunk(line: string): ChunkFault | undefined {
    this.#chunk++;
    const malformed = { reason: "malformed-chunk", chunk: this.#chunk } as const;
    const isSigned = this.#options.mode !== "unsigned-trailer";
    const mark = line.indexOf(CHUNK_SIGNATURE);
    if (!line.endsWith("\r\n") || mark < 0 === isSigned) return malformed;
    const digits = line.slice(0, isSigned ? mark : -2);
    if (!/^[0-9a-fA-F]{1,12}$/.test(digits)) return malformed;
    const sizeBytes = Number.parseInt(digits, 16);
    const { chunk } = malformed;
    if (sizeBytes > 0 && this.#size < MIN_CHUNK_BYTES && !this.#options.allowsSmallChunks) {
      return { reason: "small-chunk", chunk, sizeBytes: this.#size };
    }
    if (isSigned && sizeBytes > MAX_SIGNED_CHUNK_BYTES) return { reason: "chunk-too-large", chunk, sizeBytes };
    const total = this.#received + sizeBytes;
    if (total > this.#options.decodedLength) return this.#incomplete(total);
    this.#signature = isSigned ? line.slice(mark + CHUNK_SIGNATURE.length, -2) : "";
    this.#size = sizeBytes;
    this.#left = sizeBytes;
    this.#state = sizeBytes > 0 ? "data" : "trailer";
    if (sizeBytes > 0) return undefined;
    if (total !== this.#options.decodedLength) return this.#incomplete(total);
    return this.#checkChunk(EMPTY_SHA256);
  }

  #readData(segment: Buffer, at: number, data: Buffer[]): number {
    const end = Math.min(segment.length, at + this.#left);
    const piece = segment.subarray(at, end);
    this.#left -= piece.length;
    this.#received += piece.length;
    if (this.#options.mode === "unsigned-trailer") data.push(piece);
    else this.#held.add(piece, this.#left);
    if (this.#left > 0) return end;
    this.#state = "data-end";
    if (this.#options.mode === "unsigned-trailer") return end;
    const { blocks, sha256 } = this.#held.take();
    this.#fault = this.#checkChunk(sha256);
    if (!this.#fault) data.push(...blocks);
    return end;
  }

  #endData(text: string): void {
    if (text === "\r\n") this.#state = "size";
    else this.#fault ??= { reason: "malformed-chunk", chunk: this.#chunk };
  }

  #checkChunk(dataHash: string): ChunkFault | undefined {
    if (this.#options.mode === "unsigned-trailer") return undefined;
    if (isSameSignature(this.#options.chain.chunk(dataHash), this.#signature)) return undefined;
    return { reason: "signature-mismatch", chunk: this.#chunk };
  }

  #readTrailers(text: string): ChunkFault | undefined {
    const malformed = { reason: "malformed-trailer" } as const;
    const lines = text.split("\r\n").filter((line) => line !== "");
    let signature: string | undefined;
    let signed = "";
    for (const line of lines) {
      // The documentation's own example, and minio-go after it, have a LF before the CR LF.
      const parsed = TRAILER.exec(line.endsWith("\n") ? line.slice(0, -1) : line);
      if (!parsed || signature !== undefined) return malformed;
      const name = parsed[1]!.toLowerCase();
      const value = parsed[2]!;
      if (name === TRAILER_SIGNATURE && this.#options.mode === "signed-trailer") {
        signature = value;
        continue;
      }
      if (!this.#options.trailers.includes(name) || this.#trailers.has(name)) return malformed;
      this.#trailers.set(name, value);
      signed += `${name}:${value}\n`;
    }
    if (this.#trailers.size !== this.#options.trailers.length) return malformed;
    if (this.#options.mode !== "signed-trailer") return undefined;
    if (signature === undefined) return malformed;
    const expected = this.#options.chain.trailer(sha256Hex(signed));
    return isSameSignature(expected, signature) ? undefined : { reason: "signature-mismatch" };
  }

  #incomplete(providedBytes: number): ChunkFault {
    return { reason: "incomplete-body", expectedBytes: this.#options.decodedLength, providedBytes };
  }
}

/** The data of a chunk not yet verified. It is packed, so that tiny segments cost no more than their bytes. */
class HeldData {
  #blocks: Buffer[] = [];
  #last: Buffer | undefined;
  #used = 0;
  #hash: Hash | undefined;

  /** `leftBytes`: how much of the chunk is still to come. */
  add(piece: Buffer, leftBytes: number): void {
    this.#hash ??= createHash("sha256");
    this.#hash.update(piece);
    if (leftBytes === 0 && this.#blocks.length === 0 && !this.#last) {
      this.#blocks.push(piece);
      return;
    }
    for (let at = 0; at < piece.length; ) {
      if (!this.#last) this.#last = Buffer.allocUnsafeSlow(Math.min(BLOCK_BYTES, piece.length - at + leftBytes));
      const copied = piece.copy(this.#last, this.#used, at);
      this.#used += copied;
      at += copied;
      if (this.#used === this.#last.length) this.#closeBlock();
    }
  }

  take(): { blocks: Buffer[]; sha256: string } {
    if (this.#last) this.#closeBlock();
    const blocks = this.#blocks;
    const sha256 = this.#hash?.digest("hex") ?? EMPTY_SHA256;
    this.#blocks = [];
    this.#hash = undefined;
    return { blocks, sha256 };
  }

  #closeBlock(): void {
    if (this.#last) this.#blocks.push(this.#last.subarray(0, this.#used));
    this.#last = undefined;
    this.#used = 0;
  }
}
