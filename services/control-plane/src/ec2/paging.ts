// EC2's paging: NextToken names the place in the list, and is opaque to callers.
import { AwsError } from "@rolemint/wire";

/** One page of `all`. MaxResults is 5 to 1,000, as EC2 asks. */
export function page<Row>(
  all: readonly Row[],
  input: { readonly NextToken?: string | undefined; readonly MaxResults?: number | undefined },
  idOf: (row: Row) => string,
): { rows: Row[]; NextToken?: string } {
  const { MaxResults: limit = 1000, NextToken } = input;
  if (limit < 5 || limit > 1000) {
    const text = `Value ( ${limit} ) for parameter maxResults is invalid. Expecting a value between 5 and 1000.`;
    throw new AwsError("InvalidParameterValue", 400, text);
  }
  const start = NextToken === undefined ? 0 : placeOf(all, NextToken, idOf);
  const rows = all.slice(start, start + limit);
  const isEnd = start + rows.length >= all.length;
  return isEnd ? { rows } : { rows, NextToken: Buffer.from(idOf(rows.at(-1)!)).toString("base64url") };
}

function placeOf<Row>(all: readonly Row[], token: string, idOf: (row: Row) => string): number {
  const last = Buffer.from(token, "base64url").toString();
  const index = all.findIndex((row) => idOf(row) === last);
  if (index < 0) throw new AwsError("InvalidParameterValue", 400, `Unable to parse pagination token: ${token}`);
  return index + 1;
}
