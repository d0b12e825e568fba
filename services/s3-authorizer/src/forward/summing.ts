// A body whose checksum is made of what goes by, for want of one that came with it.
import { checksumStream, type Incoming } from "@rolemint/object-store";

/** Without an algorithm the body has no checksum, whatever came with it. */
export function withChecksum(
  { size, chunks }: Pick<Incoming, "size" | "chunks">,
  algorithm: Incoming["checksumAlgorithm"],
): Incoming {
  if (!algorithm) return { size, chunks, checksum: () => undefined };
  const running = checksumStream(algorithm);
  let value: string | undefined;
  async function* watched(): AsyncGenerator<Buffer> {
    for await (const chunk of chunks) {
      running.update(chunk);
      yield chunk;
    }
  }
  const checksum = () => {
    value ??= running.value();
    return { algorithm, type: "FULL_OBJECT", value } as const;
  };
  return { size, chunks: watched(), checksumAlgorithm: algorithm, checksum };
}
