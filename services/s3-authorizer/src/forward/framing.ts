// A large body in aws-chunked framing with its checksum behind it. Its declared length alone does not do: versitygw
// stores what has come when a connection breaks before that, and a missing end of the framing is an error everywhere.
// And the checksum of the client's choice, known only after the last byte, has no other way to become the object's.
// https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming-trailers.html
import type { Checksum, ChecksumAlgorithm } from "@rolemint/object-store";
import { checksumHeader } from "./headers.ts";

/** Frames of one size, so that the length of the whole is known before the body is. */
const FRAME_BYTES = 64 * 1024;
const CRLF = Buffer.from("\r\n");
/** Characters of a value. */
const VALUE_LENGTHS = { CRC32: 8, CRC32C: 8, CRC64NVME: 12, SHA1: 28, SHA256: 44 } as const satisfies Record<
  ChecksumAlgorithm,
  number
>;

export const FRAMED_PAYLOAD = "STREAMING-UNSIGNED-PAYLOAD-TRAILER";

export function framedHeaders(size: number, algorithm: ChecksumAlgorithm): string[] {
  return ["x-amz-decoded-content-length", String(size), "x-amz-trailer", checksumHeader(algorithm)];
}

/** Bytes on the wire. */
export function framedLength(size: number, algorithm: ChecksumAlgorithm): number {
  const rest = size % FRAME_BYTES;
  const whole = Math.floor(size / FRAME_BYTES);
  const heads = whole * frameHead(FRAME_BYTES).length + (rest > 0 ? frameHead(rest).length : 0);
  const frames = whole + (rest > 0 ? 1 : 0);
  const trailer = checksumHeader(algorithm).length + ":".length + VALUE_LENGTHS[algorithm];
  return size + heads + frames * CRLF.length + "0\r\n".length + trailer + "\r\n\r\n".length;
}

function frameHead(bytes: number): string {
  return `${bytes.toString(16)}\r\n`;
}

/** Cuts the pieces of a body of `size` bytes into frames. */
export class Framer {
  #left: number;
  #room = 0;

  constructor(size: number) {
    this.#left = size;
  }

  /** What goes on the wire for one piece. */
  frame(piece: Buffer): Buffer[] {
    const framed: Buffer[] = [];
    for (let start = 0; start < piece.length; ) {
      if (this.#room === 0) {
        this.#room = Math.min(this.#left, FRAME_BYTES);
        framed.push(Buffer.from(frameHead(this.#room)));
      }
      const cut = piece.subarray(start, start + this.#room);
      framed.push(cut);
      start += cut.length;
      this.#room -= cut.length;
      this.#left -= cut.length;
      if (this.#room === 0) framed.push(CRLF);
    }
    return framed;
  }
}

/** What follows the last frame. */
export function endOf({ algorithm, value }: Checksum): Buffer {
  return Buffer.from(`0\r\n${checksumHeader(algorithm)}:${value}\r\n\r\n`);
}
