// What an application's signed calls show: with which keys it signed, as which role, and what was refused.
import { isCall, isExpiredCall, isRefused, type TimelineEvent } from "./event.ts";
import { type Expectation, expectation, type Finding, wholeNumber } from "./expectation.ts";

/** No call was refused because its keys had ended. */
export const hasNoExpiredCalls: Expectation = expectation((events) => {
  const expired = events.filter(isExpiredCall);
  return withoutFailing(events, expired, "refused as expired");
});

/** No call was refused, for whatever reason. An answer like NoSuchKey is no refusal. */
export const noRefusals: Expectation = expectation((events) =>
  withoutFailing(events, events.filter(isRefused), "refused"),
);

function withoutFailing(events: readonly TimelineEvent[], failed: readonly TimelineEvent[], how: string): Finding {
  const calls = events.filter(isCall).length;
  if (calls === 0)
    return { pass: false, isUndecided: true, says: `made no call at all, so none that could have been ${how}` };
  const pass = failed.length === 0;
  const codes = [...new Set(failed.map(({ Code }) => Code))].join(", ");
  return {
    pass,
    says: pass
      ? `made ${counted(calls)}, none ${how}`
      : `made ${counted(calls)}, and ${failed.length} ${failed.length === 1 ? "was" : "were"} ${how} (${codes})`,
    by: failed,
  };
}

function counted(calls: number): string {
  return calls === 1 ? "1 call" : `${calls} calls`;
}

/** A call that was signed with the keys of that generation was answered. */
export function hasUsedGeneration(generation: number): Expectation {
  wholeNumber(generation, "the generation", 1);
  return expectation((events) => {
    const good = events.filter((event) => isCall(event) && !isRefused(event) && event.Generation !== undefined);
    if (good.length === 0)
      return { pass: false, isUndecided: true, says: "made no good call with the keys of any generation" };
    const used = good.filter((event) => event.Generation === generation);
    const list = [...new Set(good.map((event) => event.Generation!))].sort((a, b) => a - b).join(", ");
    if (used.length === 0) {
      return { pass: false, says: `has not used generation ${generation}: it used ${list}`, by: [good.at(-1)] };
    }
    return { pass: true, says: `used generation ${generation}: ${counted(used.length)}`, by: [used[0], used.at(-1)] };
  });
}

/**
 * Its last call was signed as that role: `arn:aws:iam::…:role/app`, or the session of one,
 * `arn:aws:sts::…:assumed-role/app/i-0…`, the last part of which may be left out.
 */
export function isAssumedRole(arn: string): Expectation {
  const isMeant = roleMatcher(arn);
  return expectation((events, earlier) => {
    const roles = new Map<string, string>();
    for (const { Kind, AccessKeyId, Resource } of [...earlier, ...events]) {
      if (Kind === "issue" && AccessKeyId !== undefined && Resource !== undefined) roles.set(AccessKeyId, Resource);
    }
    const last = events.findLast((event) => isCall(event) && event.AccessKeyId !== undefined);
    if (!last) return { pass: false, isUndecided: true, says: `made no signed call, so none as ${arn}` };
    const role = roles.get(last.AccessKeyId!);
    if (role === undefined) {
      const says = `is not known to be ${arn}: it signed with ${last.AccessKeyId}, whose issue is not in the timeline`;
      return { pass: false, says, by: [last] };
    }
    const session = sessionArn(role, last.Instance);
    const pass = isMeant(role, session);
    return {
      pass,
      says: pass ? `is ${arn}: it signed as ${session}` : `is not ${arn}: it signed as ${session}`,
      by: [last],
    };
  });
}

type RoleMatcher = (role: string, session: string) => boolean;

/** Throws TypeError. */
function roleMatcher(arn: string): RoleMatcher {
  if (/^arn:[\w-]+:iam::\d{12}:role\/[!-~]+$/.test(arn)) return (role) => role === arn;
  if (/^arn:[\w-]+:sts::\d{12}:assumed-role\/[\w+=,.@-]+(\/[\w+=,.@-]+)?$/.test(arn)) {
    return (_, session) => session === arn || session.startsWith(`${arn}/`);
  }
  const forms = "arn:aws:iam::111122223333:role/app or arn:aws:sts::111122223333:assumed-role/app/i-0…";
  throw new TypeError(`${JSON.stringify(arn)} is not the ARN of a role or of its session; write ${forms}`);
}

/** A session carries the name of its role without the path. */
function sessionArn(role: string, instance = "?"): string {
  const [, partition, account, name] = /^arn:([\w-]+):iam::(\d{12}):role\/(?:.*\/)?([^/]+)$/.exec(role) ?? [];
  return `arn:${partition}:sts::${account}:assumed-role/${name}/${instance}`;
}
