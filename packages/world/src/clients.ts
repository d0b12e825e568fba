// The clients whose refreshing is known: how they call themselves in User-Agent, how long before the end of a key they
// look for another, and what a shorter lifetime makes of them. Read from their sources, measured for botocore; nothing
// stands here that was not.
import { formatDuration } from "@rolemint/host";

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const PERCENT = "\u00a0%";

interface ClientRow {
  /** What it is called, its version after it. */
  readonly name: string;
  /** How User-Agent names it; the first group is the version. */
  readonly product: RegExp;
  /** It looks for other keys when less than this is left, milliseconds. Absent: not known, or always short enough. */
  readonly window?: number;
  /** With less than this left, of a lifetime, it signs with no key that has a successor. Absent: it may. */
  readonly deadline?: (lifetime: number) => number;
  /** What a lifetime under its window does, in words that follow "a lifetime of 1m". */
  readonly consequence?: (lifetime: number, overlap: number) => string;
  readonly source: string;
}

const product = (names: string) => new RegExp(`(?:^|[\\s/(])(?:${names})/v?(\\d+(?:\\.\\d+)?)`, "i");

const BOTOCORE = {
  window: 15 * MINUTE,
  deadline: () => 10 * MINUTE,
  consequence: botocoreConsequence,
  source: "botocore/credentials.py: advisory 15 min, mandatory 10 min; shares measured with botocore 1.43.11",
};

const askEachTime = () => "makes it ask the metadata service before every call";

/** In the order in which they are looked for: a program before the library inside it. */
const CLIENT_ROWS: readonly ClientRow[] = [
  { name: "AWS CLI", product: product("aws-cli"), ...BOTOCORE },
  { name: "aiobotocore", product: product("aiobotocore"), ...BOTOCORE },
  { name: "Boto3", product: product("boto3"), ...BOTOCORE },
  { name: "botocore", product: product("botocore"), ...BOTOCORE },
  {
    name: "AWS SDK for JavaScript",
    product: product("aws-sdk-js"),
    window: 5 * MINUTE,
    consequence: () => "makes it ask the metadata service (token, role and keys) for every call",
    source: "smithy-typescript, credential-provider-imds: 5 min",
  },
  {
    name: "AWS SDK for JavaScript",
    product: product("aws-sdk-nodejs"),
    source: "aws-sdk-js 2.1693: extends by 15 to 20 min; its window is not known here",
  },
  {
    name: "AWS SDK for Go",
    product: product("aws-sdk-go-v2"),
    window: 15 * MINUTE,
    consequence: () => "is used to its last second, so a call on its way then is refused",
    source: "aws-sdk-go-v2, ec2rolecreds: no window when less than 15 min are left",
  },
  {
    name: "AWS SDK for Go",
    product: product("aws-sdk-go"),
    window: 5 * MINUTE,
    consequence: askEachTime,
    source: "aws-sdk-go, aws/defaults: ExpiryWindow 5 min",
  },
  {
    name: "AWS SDK for Java",
    product: product("aws-sdk-java"),
    window: SECOND,
    consequence: askEachTime,
    source: "aws-sdk-java-v2, InstanceProfileCredentialsProvider: stale 1 s before the end",
  },
  {
    name: "AWS SDK for Rust",
    product: product("aws-sdk-rust"),
    window: 10 * SECOND,
    consequence: askEachTime,
    source: "smithy-rs, aws-config: a buffer of 10 s",
  },
  {
    name: "AWS SDK for Ruby",
    product: product("aws-sdk-ruby\\d?"),
    window: 10 * MINUTE,
    deadline: () => 5 * MINUTE,
    consequence: () => "makes it ask the metadata service again and again; it is at ease from 12m on",
    source: "aws-sdk-ruby, refreshing_credentials.rb: 5 min in the foreground, 10 min in the background",
  },
  { name: "AWS SDK for PHP", product: product("aws-sdk-php"), source: "constants not known here" },
  { name: "AWS SDK for .NET", product: product("aws-sdk-dotnet[\\w-]*"), source: "constants not known here" },
  { name: "AWS SDK for C++", product: product("aws-sdk-cpp"), source: "constants not known here" },
  { name: "AWS SDK for Kotlin", product: product("aws-sdk-kotlin"), source: "constants not known here" },
  { name: "AWS SDK for Swift", product: product("aws-sdk-swift"), source: "constants not known here" },
  {
    name: "AWS common runtime",
    product: /aws-sdk-crt\/aws-imds-client()|(?:CRTS3NativeClient|mountpoint-s3)\/v?(?:\d+(?:\.\d+)?)/i,
    window: 5 * MINUTE,
    consequence: () => "is over before it looks for another; it is at ease from 6m on",
    source: "aws-c-auth: 5 min early, at most every 15 min",
  },
  {
    name: "s3fs",
    product: product("s3fs"),
    window: 20 * MINUTE,
    deadline: () => 20 * MINUTE,
    consequence: askEachTime,
    source: "s3fs-fuse: 20 min",
  },
  {
    name: "minio-go",
    product: product("minio-go"),
    deadline: (lifetime) => 0.2 * lifetime,
    source: "minio-go, pkg/credentials: at 80 % of a lifetime, so that any will do",
  },
  { name: "rclone", product: product("rclone"), source: "an AWS SDK for Go inside, which it does not name" },
  {
    name: "Fluent Bit",
    product: /fluent-bit()/i,
    window: MINUTE,
    consequence: () => "is over before it looks again, which it does once a minute at most",
    source: "aws-for-fluent-bit#711: 1 min before, 60 s apart",
  },
];

/**
 * Share of signings with a key that had ended, by lifetime in minutes, and requests to the metadata service an hour:
 * botocore 1.43.11 on a virtual clock, a signing every 10 to 20 s. The first shares are of successors that come
 * 5 minutes (or half a lifetime) before the end, the second of those that come at 20 % of it.
 */
const MEASURED = [
  { minutes: 1, early: 60, late: 64, requests: 112 },
  { minutes: 2, early: 38, late: 44, requests: 104 },
  { minutes: 3, early: 23, late: 28, requests: 101 },
  { minutes: 5, early: 4, late: 15, requests: 108 },
  { minutes: 6, early: 1.4, late: 12, requests: 106 },
  { minutes: 8, early: 0.2, late: 6.6, requests: 100 },
  { minutes: 10, early: 0, late: 2, requests: 108 },
  { minutes: 15, early: 0, late: 1.6, requests: 95 },
];

/** Between the measured points in a straight line; below the first what that has, as at least. */
function botocoreConsequence(lifetime: number, overlap: number): string {
  const isEarly = overlap >= Math.min(5 * MINUTE, lifetime / 2);
  const share = interpolated(lifetime, isEarly ? "early" : "late");
  const isBelow = lifetime < MEASURED[0]!.minutes * MINUTE;
  const late = 0.2 * lifetime;
  if (share === 0) {
    const requests = Math.round(interpolated(lifetime, "requests"));
    return `makes it ask the metadata service about ${requests} times an hour; with EC2's it is about 5`;
  }
  const shown = share < 2 ? share.toFixed(1) : String(Math.round(share));
  const about = isBelow || overlap < late ? "at least" : isEarly || overlap === late ? "about" : "up to";
  return `makes ${about} ${shown}${PERCENT} of its calls fail; EC2 never would`;
}

function interpolated(lifetime: number, column: "early" | "late" | "requests"): number {
  const minutes = lifetime / MINUTE;
  const next = MEASURED.findIndex((point) => point.minutes >= minutes);
  if (next <= 0) return MEASURED.at(next)![column];
  const [before, after] = [MEASURED[next - 1]!, MEASURED[next]!];
  const part = (minutes - before.minutes) / (after.minutes - before.minutes);
  return before[column] + part * (after[column] - before[column]);
}

/** A client as its User-Agent tells it. */
export interface Client {
  /** `Boto3 1.44`; of one that is not known the first word of its User-Agent. */
  readonly label: string;
  readonly row: ClientRow | undefined;
}

const NAMELESS: Client = { label: "a client without User-Agent", row: undefined };
const KNOWN_BOUND = 1000;
const known = new Map<string, Client>();

/** Remembered: programs say the same with every call. */
export function clientOf(userAgent: string | undefined): Client {
  if (userAgent === undefined || userAgent === "") return NAMELESS;
  const found = known.get(userAgent);
  if (found) return found;
  const client = readClient(userAgent);
  if (known.size >= KNOWN_BOUND) known.clear();
  known.set(userAgent, client);
  return client;
}

function readClient(userAgent: string): Client {
  for (const row of CLIENT_ROWS) {
    const match = row.product.exec(userAgent);
    if (match) return { label: match[1] ? `${row.name} ${match[1]}` : row.name, row };
  }
  const word = userAgent.split(/[\s;]/, 1)[0]!.replace(/\p{Cc}/gu, "");
  return { label: word.slice(0, 60) || NAMELESS.label, row: undefined };
}

/** What is to be said of a lifetime that is shorter than the client's window; undefined when there is nothing. */
export function lifetimeWarning({ label, row }: Client, lifetime: number, overlap: number): string | undefined {
  if (!row?.window || !row.consequence || lifetime >= row.window) return undefined;
  const said = row.consequence(lifetime, overlap);
  return `${label} refreshes at ${formatDuration(row.window)}; a lifetime of ${formatDuration(lifetime)} ${said}`;
}
