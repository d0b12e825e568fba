// All buckets of the caller's account, or none: no policy filters this list.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListBuckets.html
import type { BucketFacts } from "@rolemint/authority";
import { callerOf, canonicalUserId } from "../buckets.ts";
import type { Reply } from "../call.ts";
import { element } from "../element.ts";
import type { Asked } from "../gate.ts";
import { xmlDate } from "../objects.ts";
import { decodeToken, encodeToken, integerParameter } from "../parameters.ts";
import { xmlReply } from "../replies.ts";

const MAX_BUCKETS = 10_000;

export async function ListBuckets(asked: Asked): Promise<Reply> {
  const { gate, query } = asked;
  const { AccountId } = callerOf(asked).Principal;
  const prefix = query.get("prefix") ?? "";
  const region = query.get("bucket-region");
  const range = "Argument max-buckets must be an integer between 1 and 10000.";
  const limit = integerParameter(query, "max-buckets", 1, MAX_BUCKETS, range) ?? MAX_BUCKETS;
  const after = decodeToken(query) ?? "";
  const { Buckets } = await gate.authority.buckets({ AccountId });
  const matching = Buckets.filter(
    ({ Name, Region }) => Name > after && Name.startsWith(prefix) && (region === undefined || Region === region),
  );
  const page = matching.slice(0, limit);
  const isFiltered = ["prefix", "bucket-region", "max-buckets", "continuation-token"].some((name) => query.has(name));
  const shown =
    `<Owner>${element("ID", canonicalUserId(AccountId))}</Owner>` +
    `<Buckets>${page.map((bucket) => bucketElement(bucket, isFiltered)).join("")}</Buckets>` +
    (matching.length > page.length ? element("ContinuationToken", encodeToken(page.at(-1)!.Name)) : "") +
    (query.has("prefix") ? element("Prefix", prefix) : "");
  return xmlReply("ListAllMyBucketsResult", shown);
}

/** The region is shown to who uses one of the parameters. */
function bucketElement({ Name, Created, Region }: BucketFacts, showsRegion: boolean): string {
  const facts = element("Name", Name) + element("CreationDate", xmlDate(Created));
  return `<Bucket>${facts}${showsRegion ? element("BucketRegion", Region) : ""}</Bucket>`;
}
