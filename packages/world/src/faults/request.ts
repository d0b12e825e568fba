// A wish for a fault, checked: a kind that there is, parameters it takes, someone to be for, a beginning and an end.
import {
  checkParameters,
  type Description,
  forInstance,
  forRole,
  type Given,
  meantInstance,
  meantRole,
  REQUEST_KINDS,
} from "@rolemint/faults";
import { LATEST_MS } from "@rolemint/host";
import { formatDuration, parseLater } from "@rolemint/host/duration";
import { parseTimestamp } from "@rolemint/policy/instant";
import { instancesCalled, profileOf, runningInstances } from "../instances.ts";
import type { Fault, Instance, Role } from "../rows.ts";
import type { World } from "../world.ts";
import { WORLD_KINDS } from "./index.ts";

/** Times in milliseconds of world time. */
export interface FaultRequest {
  readonly name: string;
  /** `all`, an instance by name or id, or `role:NAME`. */
  readonly target: string;
  readonly given?: Given | undefined;
  /** When it begins; default now. */
  readonly at?: number | undefined;
  /** A share of the lifetime of the instance's credentials, in percent. */
  readonly atLifetime?: number | undefined;
  readonly fromRefresh?: boolean | undefined;
  readonly nth?: number | undefined;
  readonly path?: string | undefined;
  readonly for?: number | undefined;
  readonly probability?: number | undefined;
  readonly seed?: string | undefined;
  readonly times?: number | undefined;
}

/** Why there is no such fault: 400, 404 or 409. */
export class FaultProblem extends Error {
  readonly kind: "invalid" | "missing" | "conflict";

  constructor(kind: "invalid" | "missing" | "conflict", message: string) {
    super(message);
    this.kind = kind;
  }
}

/** What the manual tells of every fault. */
export function describedFaults(): Description[] {
  return [...REQUEST_KINDS.values(), ...WORLD_KINDS.values()];
}

export function descriptionOf(name: string): Description | undefined {
  return REQUEST_KINDS.get(name) ?? WORLD_KINDS.get(name);
}

/** One that says neither how long nor how often is not for ever. */
const DEFAULT_FOR_MS = 3_600_000;
const LONGEST_MS = 8760 * 3_600_000;
const MAX_PATH = 200;

/** The fault that is wished for, not put yet. Throws FaultProblem. */
export function faultOf(world: World, request: FaultRequest): Omit<Fault, "id" | "order"> {
  const { name, target, given = {}, times, nth, probability = 1 } = request;
  const kind = descriptionOf(name);
  if (!kind) throw invalid(`there is no fault ${name}; there are ${namesLike(name)}`);
  const checked = checkParameters(kind.parameters, given);
  if ("wrong" in checked) throw invalid(`${name}: ${checked.wrong}`);
  // Where packets are dropped, no request is seen.
  const isAboutRequests = kind.acts === "requests" && !isDropping(name, checked.values);
  refuseWhatItCannot(kind, request, isAboutRequests);
  const resolved = targetOf(world, target);
  const begins = beginOf(world, request, resolved);
  const lasts = request.for ?? (kind.acts === "once" ? 0 : DEFAULT_FOR_MS);
  if (kind.acts !== "once" && !(lasts >= 1 && lasts <= LONGEST_MS)) throw invalid("For is from 1ms to 8760h");
  return {
    name,
    target: resolved,
    parameters: checked.values,
    begins,
    ends: begins + lasts,
    probability,
    seed: request.seed ?? world.ids.hex17("seed-"),
    state: "waiting",
    acted: {},
    ...(request.fromRefresh && { fromRefresh: true, lasts }),
    ...(nth !== undefined && { nth }),
    ...(request.path !== undefined && { path: checkedPath(request.path) }),
    // "The n-th request" means that one, unless more are asked for.
    ...((times ?? nth) !== undefined && { times: times ?? 1 }),
  };
}

function isDropping(name: string, values: Given): boolean {
  return REQUEST_KINDS.get(name)?.needs?.(values as never) === "drop-packets";
}

function refuseWhatItCannot(kind: Description, request: FaultRequest, isAboutRequests: boolean): void {
  const { nth, times, probability, path, seed } = request;
  if (!isCount(nth) || !isCount(times)) throw invalid("Nth and Times are whole numbers from 1 on");
  if (probability !== undefined && !(probability > 0 && probability <= 1)) {
    throw invalid("Probability is above 0 and at most 1");
  }
  if (!isAboutRequests) {
    const limits = { Nth: nth, Times: times, Probability: probability, Path: path, Seed: seed };
    const name = Object.entries(limits).find(([, value]) => value !== undefined)?.[0];
    const what = kind.acts === "requests" ? `${kind.name} with Mode drop` : kind.name;
    if (name !== undefined) throw invalid(`${what} is not about single requests: it takes no ${name}`);
    if (kind.acts === "requests" && request.fromRefresh && /^(?:all$|role:)/.test(request.target)) {
      throw invalid(`${what} from the next refresh on is for one instance: name it as the Target`);
    }
  }
  if (kind.acts === "once" && request.for !== undefined) {
    throw invalid(`${kind.name} is one act, which lasts: it takes no For`);
  }
  const starts = [request.at, request.atLifetime, request.fromRefresh || undefined].filter((one) => one !== undefined);
  if (starts.length > 1) throw invalid("give one of At, AtLifetime and FromRefresh");
}

function isCount(value: number | undefined): boolean {
  return value === undefined || (Number.isInteger(value) && value >= 1 && value <= 1_000_000);
}

/** As the seam carries it. Throws FaultProblem. */
export function targetOf(world: World, target: string): string {
  if (target === "") throw invalid("Target is required: an instance, role:NAME or all");
  if (target === "all") return "all";
  if (target.startsWith("role:")) {
    const name = target.slice("role:".length);
    const role = world.account(world.accountId).roles.get(name);
    if (!role) throw new FaultProblem("missing", `there is no role ${name}`);
    // As it is written: IAM finds it by other letters too, the data planes do not.
    return forRole(role.name);
  }
  const found = instancesCalled(world, target);
  if (found.length === 1) return forInstance(found[0]!.id);
  if (found.length === 0) {
    throw new FaultProblem("missing", `no running instance is called ${target}; a role is named role:${target}`);
  }
  const ids = found.map(({ id }) => id).join(", ");
  throw new FaultProblem("conflict", `more than one running instance is called ${target}: ${ids}; name it by its id`);
}

/** `+10m` from now, or a time: milliseconds of world time; undefined for what is neither. */
export function beginIn(world: World, text: string): number | undefined {
  const later = parseLater(text);
  return later === undefined ? parseTimestamp(text) : world.now() + later;
}

function beginOf(world: World, { at, atLifetime, fromRefresh, name }: FaultRequest, target: string): number {
  const now = world.now();
  if (at !== undefined) {
    if (at > LATEST_MS) throw invalid("At is a time before 2100, where the world's clock stands");
    return Math.max(at, now);
  }
  const [only] = meantInstance(target) === undefined ? [] : targetInstances(world, target);
  if (fromRefresh && REQUEST_KINDS.get(name)?.metadata === undefined && !only) {
    throw invalid(`${name} from the next refresh on is for one instance: name it as the Target`);
  }
  if (atLifetime === undefined) return now;
  if (!(atLifetime >= 0 && atLifetime <= 200)) throw invalid("AtLifetime is a percentage from 0 to 200");
  if (!only) throw invalid("AtLifetime is a share of one instance's credentials: name that instance as the Target");
  const generation = world.rotation.current(only);
  if (!generation)
    throw new FaultProblem("conflict", "the instance has no credentials: AtLifetime has nothing to be of");
  const { issued, stated } = generation;
  return Math.max(Math.floor(issued + ((stated - issued) * atLifetime) / 100), now);
}

/** The running instances that a target means now. */
export function targetInstances(world: World, target: string): Instance[] {
  const running = runningInstances(world);
  if (target === "all") return running;
  const [only, role] = [meantInstance(target), meantRole(target)];
  if (only !== undefined) return running.filter(({ id }) => id === only);
  return running.filter((instance) => profileOf(world, instance)?.roleName === role);
}

/** The roles that a target means now: the one, or those of the instances. */
export function targetRoles(world: World, target: string): Role[] {
  const { roles } = world.account(world.accountId);
  const role = meantRole(target);
  const names =
    role === undefined
      ? targetInstances(world, target).flatMap((instance) => profileOf(world, instance)?.roleName ?? [])
      : [role];
  return [...new Set(names)].flatMap((name) => roles.get(name) ?? []);
}

function checkedPath(path: string): string {
  if (path.length > MAX_PATH) throw invalid(`Path is at most ${MAX_PATH} characters`);
  try {
    new RegExp(path);
    return path;
  } catch (error) {
    throw invalid(`Path is no regular expression: ${(error as Error).message}`);
  }
}

function namesLike(name: string): string {
  const all = describedFaults().map((kind) => kind.name);
  const family = all.filter((one) => one.split(".")[0] === name.split(".")[0]);
  return (family.length > 0 ? family : all).join(", ");
}

/** What a fault says of itself when it ends only because everything does. */
export function boundText({ acts }: Description, request: FaultRequest): string | undefined {
  if (request.for !== undefined || acts === "once") return undefined;
  return `it ends by itself after ${formatDuration(DEFAULT_FOR_MS)} of world time; For says another`;
}

function invalid(message: string): FaultProblem {
  return new FaultProblem("invalid", message);
}
