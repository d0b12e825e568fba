// Which clock said what of a refused request: when it was signed and until when it was good, when its key ended, and
// by how much it was late or early by the world's clock and by the host's.
import type { RefusalDetail } from "@rolemint/caller";
import { formatDuration } from "@rolemint/host";
import { MAX_SKEW_MS, type SignedClaim, timeFault } from "@rolemint/sigv4";

export interface TimeView {
  readonly Signed: number;
  /** Of a presigned URL. */
  readonly Expires?: number | undefined;
  readonly KeyExpires?: number | undefined;
  readonly WorldClock: number;
  readonly HostClock: number;
  readonly IsStrict: boolean;
  readonly Sentence?: string | undefined;
}

export function timeView(detail: RefusalDetail, claimed: SignedClaim): TimeView {
  const { worldMs, hostMs, isStrict } = detail.Clocks;
  const Expires = claimed.kind === "query" ? claimed.amzDateMs + claimed.expiresSeconds * 1000 : undefined;
  return {
    Signed: claimed.amzDateMs,
    Expires,
    KeyExpires: detail.Principal?.ExpiresAt,
    WorldClock: worldMs,
    HostClock: hostMs,
    IsStrict: isStrict,
    Sentence: signatureSentence(detail, claimed, Expires) ?? keySentence(detail),
  };
}

function signatureSentence(
  detail: RefusalDetail,
  claimed: SignedClaim,
  expires: number | undefined,
): string | undefined {
  const { Clocks } = detail;
  const fault = timeFault(claimed, Clocks);
  if (!fault) return undefined;
  const { worldMs, hostMs, isStrict } = Clocks;
  const [at, what] = fault === "expired" ? [expires!, "the presigned URL ended"] : [claimed.amzDateMs, "it was signed"];
  const limit = `more than the ${formatDuration(MAX_SKEW_MS)} that are allowed`;
  const told = `${what} at ${iso(at)}: ${distance(at, worldMs, "the world's clock")}, ${distance(at, hostMs, "the host's")}`;
  const counts = isStrict ? "; only the world's clock counts here" : "; one of the two would have to agree";
  return fault === "expired" ? told + counts : `${told}, ${limit}${counts}`;
}

function keySentence({ Verdict, Principal, Clocks }: RefusalDetail): string | undefined {
  if (Verdict !== "token-expired") return undefined;
  if (Principal?.ExpiresAt === undefined) return `the key had ended by the world's clock (${iso(Clocks.worldMs)})`;
  const late = formatDuration(Math.floor((Clocks.worldMs - Principal.ExpiresAt) / 1000) * 1000);
  const host = distance(Principal.ExpiresAt, Clocks.hostMs, "the host's clock");
  return `the key ended at ${iso(Principal.ExpiresAt)}, ${late} before the request by the world's clock, which alone counts for keys (${host})`;
}

/** `3h before the world's clock` */
function distance(at: number, now: number, clock: string): string {
  const seconds = Math.round((now - at) / 1000);
  const length = formatDuration(Math.abs(seconds) * 1000);
  return `${length} ${seconds >= 0 ? "before" : "after"} ${clock}`;
}

function iso(time: number): string {
  return `${new Date(time).toISOString().slice(0, 19)}Z`;
}
