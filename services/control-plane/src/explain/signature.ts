// The signature of a refused request, looked at again: what the server computed, where the client's parts from it, and
// which of the usual mistakes makes the signature that was sent.
import type { RefusalDetail } from "@rolemint/caller";
import { type Diagnosis, diagnose, type SignedClaim, type VerifyOptions, verify } from "@rolemint/sigv4";
import { deriveSigningKey } from "@rolemint/sigv4/key";
import { header } from "@rolemint/wire";
import type { World } from "@rolemint/world";
import { withoutSecrets } from "./redact.ts";
import { type Secrets, secretsOf } from "./secrets.ts";

type Sent = NonNullable<RefusalDetail["Request"]>;

export interface SignatureView {
  readonly IsGood: boolean;
  readonly Sentence: string;
  readonly CanonicalRequest?: string | undefined;
  readonly StringToSign?: string | undefined;
  readonly Mistakes?: string[] | undefined;
  readonly Partings?: { readonly Part: string; readonly Expected: string; readonly Signed: string }[] | undefined;
}

const SERVICES = ["s3", "sts", "iam", "ec2", "cloudtrail", "execute-api"];
const REGIONS = ["us-east-1", "us-east-2", "us-west-2", "eu-west-1", "eu-central-1", "ap-southeast-1", "aws-global"];

/** Undefined where the key's secret is not known any more, so that nothing can be said. */
export function signatureView(
  world: World,
  flavour: RefusalDetail["Flavour"],
  sent: Sent,
  claimed: SignedClaim,
): SignatureView | undefined {
  const secrets = secretsOf(world, claimed.accessKeyId, claimed.token);
  if (!secrets) return undefined;
  const request = { method: sent.Method, target: sent.Target, rawHeaders: sent.RawHeaders };
  const body: VerifyOptions = flavour === "s3" ? { flavour } : { flavour, bodyHash: sent.BodyHash ?? "" };
  const bodySentence = otherBody(sent, flavour);
  if (bodySentence !== undefined) return { IsGood: false, Sentence: bodySentence };
  const found = verify(request, claimed, deriveSigningKey(secrets.right, claimed.scope), body);
  if (found.ok) return { IsGood: true, Sentence: "the signature is right" };
  switch (found.reason) {
    case "malformed-request":
      return { IsGood: false, Sentence: "the target or a header holds what no signature can cover" };
    case "unsigned-headers": {
      const names = found.names.join(", ");
      const isToken = found.names.includes("x-amz-security-token");
      const Sentence = `the signature does not cover ${names}, which it must${isToken ? ": the session token was added after signing, or its signer leaves it out" : ""}`;
      return { IsGood: false, Sentence };
    }
    case "missing-payload-hash":
      return { IsGood: false, Sentence: "x-amz-content-sha256 is missing" };
    case "unknown-payload-hash":
      return { IsGood: false, Sentence: `x-amz-content-sha256 holds no value that S3 knows` };
    case "mismatch":
      return mismatchView(world, request, claimed, body, secrets, found);
  }
}

/** Services other than S3 hash the body themselves; a header that says another hash is already a mismatch. */
function otherBody(sent: Sent, flavour: RefusalDetail["Flavour"]): string | undefined {
  const stated = header({ rawHeaders: sent.RawHeaders }, "x-amz-content-sha256");
  if (flavour === "s3" || stated === undefined || stated === sent.BodyHash || stated === "UNSIGNED-PAYLOAD")
    return undefined;
  return "x-amz-content-sha256 is not the hash of the body that came: the body was changed after signing";
}

function mismatchView(
  world: World,
  request: Parameters<typeof verify>[0],
  claimed: SignedClaim,
  body: VerifyOptions,
  secrets: Secrets,
  found: Extract<ReturnType<typeof verify>, { reason: "mismatch" }>,
): SignatureView {
  const diagnosis = diagnose(request, claimed, {
    body,
    secretAccessKey: secrets.right,
    suspects: secrets.suspects,
    regions: [...new Set([world.region, ...REGIONS])],
    services: SERVICES,
  });
  const clean = (text: string) => withoutSecrets(text, tokensOf(claimed));
  return {
    IsGood: false,
    Sentence: clean(sentenceOf(diagnosis, found.absent)),
    CanonicalRequest: clean(found.canonicalRequest),
    StringToSign: found.stringToSign,
    Mistakes: diagnosis?.mistakes.map(clean),
    Partings: diagnosis?.partings.map(({ part, expected, signed }) => ({
      Part: part,
      Expected: clean(shownPart(part, expected)),
      Signed: clean(shownPart(part, signed)),
    })),
  };
}

/** A header on a line of its own, so that a secret one is known by its name; without the name again. */
function shownPart(part: string, value: string): string {
  return part.startsWith("header ") ? `${part.slice("header ".length)}:${value}` : value;
}

export function tokensOf(claimed: { readonly token?: string | undefined }): string[] {
  return claimed.token === undefined || claimed.token === "" ? [] : [claimed.token];
}

function sentenceOf(diagnosis: Diagnosis | undefined, absent: readonly string[]): string {
  if (diagnosis) return `the signature is that of another request: ${diagnosis.mistakes.join(", and ")}`;
  if (absent.length > 0)
    return `signed headers did not arrive: ${absent.join(", ")}; something on the way takes them out`;
  return "the signature is wrong, and none of the usual mistakes gives it: compare the canonical request with your signer's";
}
