// Whether a bucket policy is public in the sense of Block Public Access: it is, unless every statement that allows is
// for fixed principals, or holds only under a condition on where or who with fixed values.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html
import { parseRange } from "./address.ts";
import { splitArn } from "./arn.ts";
import { type ConditionBlock, type PrincipalElement, parseDocument } from "./document.ts";
import { parseOperator } from "./operators.ts";

export function isPublicPolicy(text: string): boolean {
  const document = parseDocument(text);
  if ("error" in document) return false;
  return document.statements.some(
    ({ effect, principal, conditions }) => effect === "Allow" && namesEveryone(principal) && !conditions.some(isFixing),
  );
}

function namesEveryone(principal: PrincipalElement | undefined): boolean {
  if (principal === undefined || principal === "*") return true;
  return Object.values(principal).some((names) => names.includes("*"));
}

const fixingOperators: ReadonlySet<string> = new Set([
  "StringEquals",
  "StringEqualsIgnoreCase",
  "StringLike",
  "ArnEquals",
  "ArnLike",
]);

const isFixed = (value: string) => !/[*?]|\$\{/.test(value);

/** AWS's list, where `aws:PrincipalOrgID` stands for the keys that name a principal. */
const fixingKeys: Readonly<Record<string, (value: string) => boolean>> = {
  "aws:principalaccount": isFixed,
  "aws:principalarn": isFixed,
  "aws:principalorgid": isFixed,
  "aws:principalorgpaths": isFixed,
  "aws:sourceaccount": isFixed,
  "aws:sourcearn": isFixed,
  "aws:sourceowner": isFixed,
  "aws:sourcevpc": isFixed,
  "aws:sourcevpce": isFixed,
  "aws:userid": isFixed,
  "s3:dataaccesspointaccount": isFixed,
  // Of an access point only the account must be fixed.
  "s3:dataaccesspointarn": (value) => isFixed(splitArn(value)?.[4] || "*"),
  "s3:x-amz-server-side-encryption-aws-kms-key-id": isFixed,
};

/** Whether what it demands keeps the public out. A key that may be missing keeps nobody out. */
function isFixing({ operator, keys }: ConditionBlock): boolean {
  const qualified = parseOperator(operator);
  if (!qualified || qualified.ifExists || qualified.set === "all") return false;
  return keys.some(({ key, values }) => {
    const name = key.toLowerCase();
    if (values.length === 0) return false;
    if (qualified.name === "IpAddress") return name === "aws:sourceip" && values.every(isNarrow);
    const isFixedValue = Object.hasOwn(fixingKeys, name) ? fixingKeys[name] : undefined;
    return fixingOperators.has(qualified.name) && isFixedValue !== undefined && values.every(isFixedValue);
  });
}

/** Ranges wider than /8, of IPv6 than /32, are as good as the whole Internet. */
function isNarrow(value: string): boolean {
  const range = parseRange(value);
  return range !== undefined && range.prefixLength >= (typeof range.address === "number" ? 8 : 32);
}
