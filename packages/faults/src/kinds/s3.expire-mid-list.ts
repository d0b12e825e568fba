// A credential that expires between two pages of a listing.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html
import { keep, keptIn } from "../bounded.ts";
import { type AskedCall, type Memory, requestKind } from "../kind.ts";
import { expiresAt, resourceOf } from "./expiring.ts";

export const s3ExpireMidList = requestKind({
  name: "s3.expire-mid-list",
  row: "SX2",
  says: "the credential of a listing expires at one of its pages",
  channel: "calls",
  acts: "requests",
  endsCredential: true,
  parameters: {
    Page: { type: "number", min: 1, max: 1_000_000, fallback: 2, says: "which page is refused, from 1" },
  },
  call(asked, { Page }, memory) {
    const { service, operation } = asked;
    if (service !== "s3" || (operation !== "ListObjects" && operation !== "ListObjectsV2")) return undefined;
    const listing = `${resourceOf(asked)} ${asked.parameter("prefix") ?? ""} ${asked.parameter("delimiter") ?? ""}`;
    return pageOf(listing, asked, memory) === Page ? expiresAt(listing, asked, memory) : undefined;
  },
});

interface Place {
  readonly page: number;
  readonly token: string | undefined;
}

/** A page asked for again is the same page; one without a token is the first. */
function pageOf(listing: string, { operation, parameter }: AskedCall, memory: Memory): number {
  const token = parameter(operation === "ListObjects" ? "marker" : "continuation-token");
  const places = keptIn<Place>(memory, "places");
  const known = places.get(listing);
  const page = token === undefined ? 1 : known?.token === token ? known.page : (known?.page ?? 1) + 1;
  return keep(places, listing, { page, token }).page;
}
