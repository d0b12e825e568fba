// The one shape every action follows: a file holding an object with input, output, errors, needs and handle.
// Protocols only read it; nothing about an action stands anywhere else.
import type { ConditionContext, Principal } from "@rolemint/authority";
import { AwsError, type Operation, type StructShape, type ValueOf } from "@rolemint/wire";
import type { Account, Ids, Role, World } from "@rolemint/world";

/** One thing that must be allowed before the action is handled. */
export interface Need {
  /** `iam:CreateRole` */
  readonly action: string;
  /** ARN, or `*` for actions that AWS authorises on no resource. */
  readonly resource: string;
  /** Condition keys of this need, in lower case. */
  readonly context?: ConditionContext;
  /** The role whose trust policy must allow it too; `undefined` inside means the role does not exist. */
  readonly trust?: { readonly role: Role | undefined };
}

/** Who sent the call and how: for the trail and for conditions. */
export interface CallOrigin {
  readonly requestId: string;
  readonly sourceIp: string;
  readonly userAgent: string;
  /** Where the service's endpoint is: IAM's is in us-east-1, whatever the world's region. */
  readonly region: string;
}

/** What `needs` may look at. */
export interface NeedContext<Input> {
  readonly world: World;
  readonly account: Account;
  readonly input: Input;
  readonly caller: Principal;
  /** World time, milliseconds. */
  readonly now: number;
  readonly origin: CallOrigin;
}

export interface HandleContext<Input, Code> extends NeedContext<Input> {
  readonly ids: Ids;
  /** Makes an error that this action declared. */
  fail(code: Code, message: string): AwsError;
}

/** What the trail shows beside the input: the resources touched, and parameters where they are not the input. */
export interface TrailFacts {
  readonly resources?: readonly { readonly type: string; readonly arn: string }[];
  readonly requestParameters?: object;
  readonly responseElements?: object;
}

/** An action as the pipeline runs it, its own types forgotten. */
export interface Action extends Operation {
  readonly errors: readonly string[];
  readonly isReadOnly: boolean;
  needs(context: NeedContext<never>): readonly Need[];
  handle(context: HandleContext<never, never>): object;
  trail?(context: NeedContext<never>, output: object | undefined): TrailFacts;
}

interface Spec<I extends StructShape, O extends StructShape, Code extends string> {
  readonly name: string;
  readonly input: I;
  readonly output: O;
  readonly errors: readonly Code[];
  /** Default: by the name, as CloudTrail does: Get…, List…, Describe…, Lookup… */
  readonly isReadOnly?: boolean;
  /** What must be allowed; an empty list means that any signed caller may. */
  needs(context: NeedContext<ValueOf<I>>): readonly Need[];
  handle(context: HandleContext<ValueOf<I>, Code>): ValueOf<O>;
  trail?(context: NeedContext<ValueOf<I>>, output: ValueOf<O> | undefined): TrailFacts;
}

/** The `action` function of one service, bound to the codes that the service has and their statuses. */
export function actionsOf<const Statuses extends Record<string, number>>(statuses: Statuses) {
  return <I extends StructShape, O extends StructShape, const Code extends keyof Statuses & string>(
    spec: Spec<I, O, Code>,
  ): Action =>
    ({
      ...spec,
      isReadOnly: spec.isReadOnly ?? /^(?:Get|List|Describe|Lookup)/.test(spec.name),
      handle: (context: HandleContext<never, never>) =>
        spec.handle({
          ...(context as HandleContext<ValueOf<I>, Code>),
          fail: (code, message) => new AwsError(code, statuses[code]!, message),
        }) as object,
    }) as Action;
}

/** The actions of a service by name. */
export function listed(...actions: readonly Action[]): ReadonlyMap<string, Action> {
  return new Map(actions.map((action) => [action.name, action]));
}
