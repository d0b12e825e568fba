// Listings: the recorded order and length, and nothing but what is given.
import { expect, test } from "@jest/globals";
import { DISABLED_PAGE, NOT_FOUND_PAGE, UNAVAILABLE_PAGE } from "./pages.ts";
import { listingsOf } from "./tree.ts";

/** `GET /latest/meta-data/` of a Nitro instance, recorded 2023-10 (idx:16391880339): 25 names in 312 bytes. */
const RECORDED = `ami-id ami-launch-index ami-manifest-path block-device-mapping/ events/ hostname iam/
identity-credentials/ instance-action instance-id instance-life-cycle instance-type local-hostname local-ipv4 mac
metrics/ network/ placement/ profile public-hostname public-ipv4 reservation-id security-groups services/ system`.split(
  /\s+/,
);

test("the recorded directory comes out as recorded", () => {
  const paths = RECORDED.map((name) => `meta-data/${name}${name.endsWith("/") ? "x" : ""}`);
  const listing = listingsOf(paths.toReversed()).get("meta-data")!;
  expect(listing).toBe(RECORDED.join("\n"));
  expect(listing).toHaveLength(312);
});

test("the root of a version names its directories without a slash", () => {
  const listings = listingsOf(["user-data", "meta-data/ami-id", "dynamic/fws/instance-monitoring"]);
  expect(Object.fromEntries(listings)).toEqual({
    "": "dynamic\nmeta-data\nuser-data",
    "meta-data": "ami-id",
    dynamic: "fws/",
    "dynamic/fws": "instance-monitoring",
  });
});

test.each([
  ["not found", NOT_FOUND_PAGE, 339],
  ["unavailable", UNAVAILABLE_PAGE, 359],
  ["disabled", DISABLED_PAGE, 337],
])("the page %s has its recorded length", (_, page, length) => {
  expect(page).toHaveLength(length);
});
