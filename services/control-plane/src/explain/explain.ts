// A refusal explained: who asked for what, and the first thing in AWS's order that was not as it had to be, with what
// belongs to it. Everything is worked out when it is asked for; nothing that is a secret comes out.
import type { EventRecord } from "@rolemint/authority";
import type { RefusalDetail } from "@rolemint/caller";
import { type Claim, claim } from "@rolemint/sigv4";
import { type KeptRefusal, nameOf, type World } from "@rolemint/world";
import { decisionSentence } from "./decision.ts";
import { withoutSecretsIn } from "./redact.ts";
import { keySentence } from "./secrets.ts";
import { type SignatureView, signatureView, tokensOf } from "./signature.ts";
import { timeView } from "./time.ts";

/** What all explanations say of a request. */
export function requestFacts(world: World, event: EventRecord, principal?: string | undefined) {
  const { Time, RequestId = "", Instance, Kind: _, Path: __, Refusal: ___, Management: ____, ...facts } = event;
  const instance = Instance === undefined ? undefined : world.tables.instances.get(Instance);
  return {
    ...facts,
    RequestId,
    Time,
    Instance,
    InstanceName: instance && nameOf(instance),
    Principal: principal,
  };
}

/** `faults` are the events of faults that acted on this very request. */
export function explainRefusal(world: World, { event, detail: text }: KeptRefusal, faults: readonly EventRecord[]) {
  const detail = JSON.parse(text) as RefusalDetail;
  const { Request: sent, Flavour, Denial } = detail;
  const request = sent && { method: sent.Method, target: sent.Target, rawHeaders: sent.RawHeaders };
  const claimed = request && claim(request, Flavour);
  const isSigned = claimed?.kind === "header" || claimed?.kind === "query";
  const tokens = isSigned ? tokensOf(claimed) : [];
  // A key that is not good has no signature worth looking at.
  const signature = isSigned && detail.Verdict === "ok" ? signatureView(world, Flavour, sent!, claimed) : undefined;
  const time = isSigned ? timeView(detail, claimed) : undefined;
  const causes = [
    claimSentence(claimed),
    time?.Sentence,
    isSigned && detail.Verdict ? keySentence(world, detail.Verdict, claimed.accessKeyId, claimed.token) : undefined,
    signature?.IsGood === false ? signature.Sentence : undefined,
    Denial && decisionSentence(Denial),
  ];
  const cause = causes.find((sentence) => sentence !== undefined);
  const own = faults.length > 0 ? `a fault made it so: ${wordsOf(event)}` : ownWords(event, detail, signature);
  const told = {
    ...requestFacts(world, event, detail.Principal?.Arn),
    Outcome: "refused" as const,
    Why: (cause ?? own) + faultNote(faults),
    Method: sent?.Method,
    Target: sent?.Target,
    Signature: signature,
    Clocks: time,
    Decision: Denial,
    Faults:
      faults.length === 0 ? undefined : faults.map(({ Action = "", Resource }) => ({ Name: Action, Id: Resource })),
  };
  return withoutSecretsIn(told, tokens);
}

/** Without a cause of its own the request was good but for them. */
function faultNote(faults: readonly EventRecord[]): string {
  if (faults.length === 0) return "";
  const names = faults.map(({ Action = "one without a name", Resource = "" }) => `${Action} ${Resource}`.trim());
  return ` (faults that acted on it: ${[...new Set(names)].join(", ")})`;
}

function claimSentence(claimed: Claim | undefined): string | undefined {
  if (claimed?.kind === "broken") {
    const where = claimed.mechanism === "query" ? "the URL's signature" : "the Authorization header";
    return `${where} cannot be read: ${claimed.reason.replaceAll("-", " ")}`;
  }
  return undefined;
}

/** Who asked was known and might, as far as that was looked at: the service refused it for what it asked. */
function ownWords(event: EventRecord, { Principal, Request }: RefusalDetail, signature: SignatureView | undefined) {
  const said = wordsOf(event);
  if (!Request) return `${said} (nothing of the request is kept: it was too large, or could not be read)`;
  if (signature?.IsGood) return `key, clock and signature are good; the service refused what was asked: ${said}`;
  return Principal ? said : `${said} (refused before anybody asked who it was)`;
}

function wordsOf({ Code = "", Message }: EventRecord): string {
  return Message === undefined ? Code : `${Code}: ${Message}`;
}
