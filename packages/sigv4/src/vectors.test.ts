import { readFileSync } from "node:fs";
import { describe, expect, test } from "@jest/globals";
import type { HttpRequest } from "@rolemint/wire/http";
import { canonicalPath } from "./canonical.ts";
import { parseAmzDate } from "./date.ts";
import { sha256Hex } from "./payload.ts";
import { presignRequest, signRequest } from "./sign.ts";
import { check, signedClaim } from "./verify.fixture.ts";

function vectors(name: string) {
  return JSON.parse(readFileSync(new URL(`../../../test/vectors/${name}`, import.meta.url), "utf8"));
}

describe("the examples of the S3 documentation", () => {
  const docs = vectors("s3-sigv4.aws-docs.json");
  const scope = `${docs.date.slice(0, 8)}/${docs.region}/${docs.service}/aws4_request`;

  /** The request that has this canonical form. */
  function requestOf(canonical: string, signature: string): HttpRequest {
    const [method, path, query, ...rest] = canonical.split("\n");
    const lines = rest.slice(0, rest.indexOf(""));
    const rawHeaders = lines.flatMap((line) => [line.slice(0, line.indexOf(":")), line.slice(line.indexOf(":") + 1)]);
    if (query!.includes("X-Amz-Algorithm")) {
      return { method: method!, target: `${path}?${query}&X-Amz-Signature=${signature}`, rawHeaders };
    }
    const names = rest[rest.indexOf("") + 1];
    const credential = `${docs.credentials.accessKeyId}/${scope}`;
    const components = [`Credential=${credential}`, `SignedHeaders=${names}`, `Signature=${signature}`];
    const authorization = `AWS4-HMAC-SHA256 ${components.join(",")}`;
    return {
      method: method!,
      target: query ? `${path}?${query}` : path!,
      rawHeaders: [...rawHeaders, "Authorization", authorization],
    };
  }

  test.each(Object.keys(docs.cases))("%s", (name) => {
    const { canonicalRequest, stringToSign, signature } = docs.cases[name];
    const request = requestOf(canonicalRequest, signature);
    expect(check(request, { flavour: "s3" })).toEqual({ ok: true, signature });
    expect(check(request, { flavour: "s3" }, "another")).toEqual({
      ok: false,
      reason: "mismatch",
      absent: [],
      canonicalRequest,
      stringToSign,
    });
  });
});

describe("the suite of aws-c-auth", () => {
  const suite = vectors("sigv4.aws-c-auth.json");
  const { accessKeyId, secretAccessKey } = suite.credentials;
  const rows = suite.cases.flatMap((row: any) => [
    [`${row.name}, header`, row, row.header],
    [`${row.name}, query`, row, row.query],
  ]);

  test.each<[string, any, any]>(rows.filter(([, row]: any) => row.normalize))("%s", (name, _, signed) => {
    const bodyHash = sha256Hex(signed.body);
    // These leave the token out of the signature, which is only right for services that we do not have.
    if (name === "post-sts-header-after, header") {
      const refusal = { ok: false, reason: "unsigned-headers", names: ["x-amz-security-token"] };
      expect(check(signed, { flavour: "other", bodyHash }, secretAccessKey)).toEqual(refusal);
      return;
    }
    if (name === "post-sts-header-after, query") {
      expect(check(signed, { flavour: "other", bodyHash }, secretAccessKey)).toMatchObject({ reason: "mismatch" });
      return;
    }
    expect(check(signed, { flavour: "other", bodyHash }, secretAccessKey)).toEqual({
      ok: true,
      signature: signed.signature,
    });
    const { canonicalRequest, stringToSign } = signed;
    expect(check(signed, { flavour: "other", bodyHash }, "x")).toMatchObject({ canonicalRequest, stringToSign });
  });

  test.each<[string, any, any]>(rows.filter(([, row]: any) => !row.normalize))("%s: the path", (_, __, signed) => {
    const path = signed.target.split("?")[0];
    expect(canonicalPath(path, "s3")).toBe(signed.canonicalRequest.split("\n")[1]);
  });

  test.each<[string, any]>(suite.cases.filter((row: any) => row.normalize).map((row: any) => [row.name, row]))(
    "%s, signed by us",
    (name, row) => {
      if (name === "post-sts-header-after") return;
      const ours = /^(authorization|x-amz-date|x-amz-security-token|x-amz-content-sha256)$/i;
      const rawHeaders = row.header.rawHeaders.filter(
        (_: string, i: number, all: string[]) => !ours.test(all[i - (i % 2)]!),
      );
      // The suite signs Content-Length and, for a body, its hash; we leave both to the wire.
      if (rawHeaders.includes("Content-Length")) return;
      const signer = {
        accessKeyId,
        secretAccessKey,
        sessionToken: row.token,
        region: suite.region,
        service: suite.service,
      };
      const timeMs = parseAmzDate(suite.date)!;
      const { method, body } = row.header;
      const target = row.header.target;
      const header = signRequest({ method, target, rawHeaders }, signer, { timeMs, payloadHash: sha256Hex(body) });
      expect(signedClaim(header, "other").signature).toBe(row.header.signature);
      const query = presignRequest({ method, target, rawHeaders }, signer, { timeMs, expiresSeconds: 3600 });
      expect(signedClaim(query, "other").signature).toBe(row.query.signature);
    },
  );
});
