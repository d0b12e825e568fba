// Answers with status 200 that are none: what proxies, captive portals and emulators have sent. Length and headers are
// right for the body that is sent, so that it is the client's parser that meets it.
import { requestKind } from "../kind.ts";
import { isStep, STEPS } from "../metadata-steps.ts";

interface Page {
  readonly type: string;
  readonly body: string;
}

const HTML = "<!DOCTYPE html>\n<html><head><title>Sign in</title></head><body><h1>Sign in</h1></body></html>\n";

const KINDS = {
  truncated: ({ type, body }) => ({ type, body: body.slice(0, body.length >> 1) }),
  empty: ({ type }) => ({ type, body: "" }),
  html: () => ({ type: "text/html", body: HTML }),
  "content-type": ({ body }) => ({ type: "text/html", body }),
  "trailing-newline": ({ type, body }) => ({ type, body: `${body}\n` }),
  "two-lines": ({ type, body }) => ({ type, body: `${body}\n${body}` }),
  "without-field": ({ type, body }, field) => ({ type, body: withoutField(body, field) }),
} as const satisfies Readonly<Record<string, (page: Page, field: string) => Page>>;

type Kind = keyof typeof KINDS;

export const imdsMalformed = requestKind({
  name: "imds.malformed",
  row: "F12",
  says: "an answer with status 200 is not what it should be",
  channel: "metadata",
  acts: "requests",
  parameters: {
    Kind: {
      type: "choice",
      values: Object.keys(KINDS) as Kind[],
      fallback: "truncated",
      says:
        "half the body; none; a page of HTML; the right body as text/html; a line feed more; the body twice, on two " +
        "lines; a document without Field",
    },
    Step: {
      type: "choice",
      values: STEPS,
      says: "which answer; default the list of roles for lines that are too many, else the credentials",
    },
    Field: {
      type: "choice",
      values: ["Code", "LastUpdated", "Type", "AccessKeyId", "SecretAccessKey", "Token", "Expiration"],
      fallback: "Expiration",
      says: "of a document without-field: which one is missing",
    },
  },
  metadata(asked, { Kind, Step, Field }) {
    const usual = Kind === "trailing-newline" || Kind === "two-lines" ? "roles" : "credentials";
    if (!isStep(asked, Step ?? usual)) return undefined;
    return { do: "rewrite", rewrite: (page) => KINDS[Kind](page, Field) };
  },
});

/** The document as EC2 lays it out, a field a line; what has no such line stays as it is. */
function withoutField(body: string, field: string): string {
  const lines = body.split("\n").filter((line) => !line.startsWith(`  "${field}" : `));
  return lines.map((line, at) => (lines[at + 1] === "}" ? line.replace(/,$/, "") : line)).join("\n");
}
