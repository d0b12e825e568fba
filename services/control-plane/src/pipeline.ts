// The order in which the control plane looks at a call, one line a step. What differs between services stands in their
// own `service.ts`; there is no `if` about a service here, but for EC2's DryRun.

import type { EventRecord, Principal } from "@rolemint/authority";
import { type Caller, refusalText } from "@rolemint/caller";
import type { Injector } from "@rolemint/faults";
import { wholeSeconds } from "@rolemint/host";
import { sha256Hex } from "@rolemint/sigv4";
import {
  type Answer,
  AwsError,
  header,
  internalFailure,
  Malformed,
  notImplemented,
  UnknownMember,
  violations,
  withDefaults,
} from "@rolemint/wire";
import { userIdentityOf, userNameOf, type World } from "@rolemint/world";
import type { Action, CallOrigin, HandleContext, NeedContext, TrailFacts } from "./action.ts";
import { authenticate, type Callers, type Claimant, clocksOf } from "./authenticate.ts";
import { authorize } from "./authorize.ts";
import { type MetCall, meetFaults } from "./faults.ts";
import type { Asked, IncomingCall, Service } from "./service.ts";
import { trailParameters } from "./trail-parameters.ts";

export interface Plane {
  readonly world: World;
  readonly callers: Callers;
  readonly injector: Injector;
  /** Resolves when every data plane has seen the newest revision. */
  acknowledged(): Promise<void>;
  /** An error that is no AwsError: for the log, with its request id. */
  unexpected(error: unknown, requestId: string): void;
}

/** Everything known of a call so far, for the record that is written whatever happens. */
interface Progress {
  readonly service: Service;
  readonly call: IncomingCall;
  readonly origin: CallOrigin & { readonly isSecure: boolean };
  readonly claimant: Claimant;
  asked?: Asked;
  action?: Action;
  caller?: Caller;
  /** The input as it was sent, without the defaults: what the trail shows. */
  given?: object;
  context?: NeedContext<never>;
}

export async function answerCall(plane: Plane, service: Service, call: IncomingCall): Promise<Answered> {
  const progress: Progress = { service, call, origin: originOf(plane.world, service, call), claimant: {} };
  const { requestId } = progress.origin;
  try {
    const { action, output } = await served(plane, progress);
    note(plane, progress, 200);
    return { ...service.encode(action, output, requestId, call), requestId };
  } catch (thrown) {
    if (!(thrown instanceof AwsError)) plane.unexpected(thrown, requestId);
    const error = thrown instanceof AwsError ? thrown : internalFailure();
    if (progress.caller && progress.action) plane.world.trail.later(trailCall(plane.world, progress, undefined, error));
    note(plane, progress, error.status, error);
    return { ...service.encodeError(error, requestId, call), requestId };
  }
}

/** The steps, in AWS's order. */
async function served({ world, callers, injector, acknowledged }: Plane, progress: Progress) {
  const { service, call, origin } = progress;
  progress.asked = service.ask(call);
  progress.action = route(service, progress.asked);
  progress.caller = await authenticate(service, call, callers, world, progress.claimant);
  if (!injector.isIdle()) await meetFaults(injector, metCall(world, progress));
  progress.given = decoded(service, progress.action, progress.asked);
  const input = validated(service, progress.action, progress.given);
  progress.context = contextOf(world, progress.caller.principal, input, origin);
  authorize(service, progress.action.needs(progress.context), progress.caller, origin, world);
  refuseDryRun(input);
  const output = handled(world, progress.action, progress);
  if (!progress.action.isReadOnly) await acknowledged();
  return { action: progress.action, output };
}

/** An answer and the id that it goes by. */
export interface Answered extends Answer {
  readonly requestId: string;
}

function route(service: Service, asked: Asked): Action {
  const action = service.actions.get(asked.name);
  if (action) return action;
  throw service.isKnown(asked.name) ? notImplemented(asked.name) : service.unknownAction(asked);
}

function decoded(service: Service, action: Action, asked: Asked): Record<string, unknown> {
  try {
    return asked.decode(action);
  } catch (problem) {
    if (problem instanceof Malformed) throw service.malformed(problem);
    if (problem instanceof UnknownMember) throw service.unknownMember(problem);
    throw problem;
  }
}

function validated(service: Service, action: Action, value: object): object {
  const found = violations(action.input, value);
  if (found.length > 0) throw service.invalid(found);
  return withDefaults(action.input, value);
}

function metCall(world: World, { service, call, action, claimant, origin }: Progress): MetCall {
  const { principal } = claimant;
  return { service, call, operation: action!.name, principal, requestId: origin.requestId, now: world.now() };
}

function contextOf(world: World, principal: Principal, input: object, origin: CallOrigin): NeedContext<never> {
  const account = world.account(principal.AccountId);
  return { world, account, input: input as never, caller: principal, now: wholeSeconds(world.now()), origin };
}

/** EC2's DryRun: everything is checked, nothing is done. */
function refuseDryRun(input: { readonly DryRun?: unknown }): void {
  if (input.DryRun !== true) return;
  throw new AwsError("DryRunOperation", 412, "Request would have succeeded, but DryRun flag is set.");
}

/** A change and its record in the trail are one transaction; a read is recorded later, with others. */
function handled(world: World, action: Action, progress: Progress): object {
  const context: HandleContext<never, never> = { ...progress.context!, ids: world.ids, fail: declaredByAction };
  if (action.isReadOnly) {
    const output = action.handle(context);
    world.trail.later(trailCall(world, progress, output));
    return output;
  }
  return world.change(() => {
    const output = action.handle(context);
    world.trail.add(trailCall(world, progress, output));
    return output;
  });
}

/** `actionsOf` gives each action a `fail` of its own codes. */
function declaredByAction(): never {
  throw new Error("an action was made without actionsOf");
}

function trailCall(world: World, progress: Progress, output: object | undefined, error?: AwsError) {
  const { service, origin, context } = progress;
  const action = progress.action!;
  const principal = progress.caller!.principal;
  const facts: TrailFacts = (context && action.trail?.(context, output)) ?? {};
  const parameters = facts.requestParameters ?? (context && progress.given && trailParameters(progress.given));
  const elements = facts.responseElements ?? (output && !action.isReadOnly ? trailParameters(output) : undefined);
  return {
    time: world.now(),
    region: origin.region,
    accountId: principal.AccountId,
    eventSource: `${service.name}.amazonaws.com`,
    eventName: action.name,
    readOnly: action.isReadOnly,
    identity: userIdentityOf(principal),
    userName: userNameOf(principal),
    accessKeyId: principal.AccessKeyId,
    sourceIp: origin.sourceIp,
    userAgent: origin.userAgent,
    requestId: origin.requestId,
    requestParameters: error?.status === 403 ? undefined : parameters,
    responseElements: error ? undefined : elements,
    resources: error ? undefined : facts.resources,
    errorCode: error && service.trailCode(error.code),
    errorMessage: error?.message,
  };
}

/** The call in the timeline. */
function note({ world, unexpected }: Plane, progress: Progress, status: number, error?: AwsError): void {
  const { accessKeyId, principal } = progress.claimant;
  const event: EventRecord = {
    Time: world.now(),
    Kind: error ? "refusal" : "call",
    Instance: principal?.InstanceId,
    Generation: principal?.Generation,
    AccessKeyId: accessKeyId,
    Service: progress.service.name,
    Action: progress.asked?.name,
    Status: status,
    Code: error?.code,
    RequestId: progress.origin.requestId,
    UserAgent: progress.origin.userAgent.slice(0, TEXT_BOUND),
    Message: error?.message.slice(0, TEXT_BOUND),
    Refusal: error && refusalOf(world, progress, error),
  };
  try {
    world.note([event]);
  } catch (thrown) {
    // A full disk: what was done is done, and answered.
    world.timeline.lose(1);
    unexpected(thrown, progress.origin.requestId);
  }
}

/** Longest text that an event keeps. */
const TEXT_BOUND = 512;

/** What `rolemint explain` needs of a refusal. */
function refusalOf(world: World, { call, claimant }: Progress, error: AwsError): string {
  const { method, target, rawHeaders, body } = call;
  return refusalText(error, {
    Flavour: "other",
    Request: { Method: method, Target: target, RawHeaders: rawHeaders, BodyHash: sha256Hex(body) },
    Clocks: clocksOf(world),
    Verdict: claimant.verdict,
    Principal: claimant.principal,
  });
}

function originOf(world: World, service: Service, call: IncomingCall): Progress["origin"] {
  return {
    requestId: world.ids.uuid(),
    sourceIp: call.sourceIp,
    userAgent: header(call, "user-agent") ?? "",
    region: service.regions(world)[0] ?? world.region,
    isSecure: call.isSecure,
  };
}
