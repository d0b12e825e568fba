// The expectations as matchers for Jest and Vitest, and as plain functions for node:test. A failure prints the
// timeline.
import { AssertionError } from "node:assert";
import {
  type Expectation,
  hasCalledMetadata,
  hasNoExpiredCalls,
  hasRefreshed,
  hasUsedGeneration,
  isAssumedRole,
  noRefusals,
  recoversWithin,
} from "@rolemint/expectations";
import type { App, Duration, RolemintMatchers } from "./api.ts";

/** What a matcher answers. */
export interface MatcherResult {
  readonly pass: boolean;
  message(): string;
}

type Within = { readonly within: Duration };
type Count = { readonly max?: number; readonly min?: number };

const EXPECTATIONS = {
  toHaveRefreshed: (options: Within) => hasRefreshed(options),
  toHaveNoExpiredCalls: () => hasNoExpiredCalls,
  toHaveUsedGeneration: (generation: number) => hasUsedGeneration(generation),
  toHaveCalledMetadata: (options: Count) => hasCalledMetadata(options),
  toBeAssumedRole: (arn: string) => isAssumedRole(arn),
  toRecoverWithin: (duration: Duration) => recoversWithin(duration),
  toHaveNoRefusals: () => noRefusals,
} satisfies Record<keyof RolemintMatchers, unknown>;

/** For `expect.extend`. */
export const matchers: Readonly<
  Record<keyof RolemintMatchers, (received: unknown, ...expected: any[]) => Promise<MatcherResult>>
> = Object.fromEntries(
  Object.entries(EXPECTATIONS).map(([name, make]) => [
    name,
    async function (this: { readonly isNot?: boolean } | undefined, received: unknown, ...expected: any[]) {
      const app = appIn(received, name);
      const expectation = (make as (...given: unknown[]) => Expectation)(...expected);
      const { pass, message, isDecided } = expectation(await app.trace(), { who: app.name });
      // Where nothing happened that could be judged, neither the one nor the other is so.
      return { pass: isDecided ? pass : this?.isNot === true, message: () => message };
    },
  ]),
) as never;

function appIn(received: unknown, name: string): App {
  if (typeof (received as Partial<App> | null)?.trace === "function" && "instanceId" in (received as App)) {
    return received as App;
  }
  const isPromise = typeof (received as Partial<PromiseLike<App>> | null)?.then === "function";
  const what = isPromise ? "not a promise of one: await lab.instance()" : "what lab.instance() gives";
  throw new TypeError(`${name} is about an instance, ${what}`);
}

async function check(app: App, expectation: Expectation, operator: string): Promise<void> {
  const { pass, message } = expectation(await appIn(app, operator).trace(), { who: app.name });
  if (!pass) throw new AssertionError({ message, operator });
}

/** Throws AssertionError unless it fetched newer credentials in time. */
export async function assertRefreshed(app: App, options: Within): Promise<void> {
  return check(app, hasRefreshed(options), "assertRefreshed");
}

/** Throws AssertionError unless it made calls and none was refused as expired. */
export async function assertNoExpiredCalls(app: App): Promise<void> {
  return check(app, hasNoExpiredCalls, "assertNoExpiredCalls");
}

/** Throws AssertionError unless a call with the credentials of that generation was answered. */
export async function assertUsedGeneration(app: App, generation: number): Promise<void> {
  return check(app, hasUsedGeneration(generation), "assertUsedGeneration");
}

/** Throws AssertionError unless it sent so many requests to the metadata service. */
export async function assertCalledMetadata(app: App, count: Count): Promise<void> {
  return check(app, hasCalledMetadata(count), "assertCalledMetadata");
}

/** Throws AssertionError unless its last call was signed as that role. */
export async function assertAssumedRole(app: App, arn: string): Promise<void> {
  return check(app, isAssumedRole(arn), "assertAssumedRole");
}

/** Throws AssertionError unless good calls came in time after what went wrong. */
export async function assertRecovers(app: App, duration: Duration): Promise<void> {
  return check(app, recoversWithin(duration), "assertRecovers");
}

/** Throws AssertionError unless it made calls and none was refused. */
export async function assertNoRefusals(app: App): Promise<void> {
  return check(app, noRefusals, "assertNoRefusals");
}
