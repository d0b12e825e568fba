// How each preset is played to the clients: which keys they hold when it begins, how fast time goes, and how long they are
// watched. Minutes are of world time; for clients whose clock cannot be moved a minute of the plan is a second.

export interface Schedule {
  readonly lifetimeMinutes: number;
  readonly renewMinutes: number;
}

/** Of PutPreset, over what the preset says. */
export interface Wish {
  readonly forMinutes?: number;
  readonly parameters?: Readonly<Record<string, unknown>>;
}

export interface Plan {
  readonly title: string;
  /** Absent: nothing happens. */
  readonly preset?: string;
  readonly schedule: Schedule;
  /** When the incident begins, after the programs are loaded; 0: before they start. */
  readonly atMinutes: number;
  readonly watchMinutes: number;
  /** When its faults are taken away; absent: they end by themselves, or stay. */
  readonly healMinutes?: number;
  /** World's time over the host's for clients whose clock is moved. */
  readonly rate: number;
  readonly wish?: Wish;
  /** For clients whose clock is not moved: what is other for them, or why there is nothing to be measured. */
  readonly unmoved?:
    | Partial<Pick<Plan, "schedule" | "watchMinutes" | "healMinutes" | "wish">>
    | { readonly why: string };
  /** How the clock of a client goes when the preset moves the world's: with it, or by the sleep of its container. */
  readonly clock?: "moves" | "sleeps";
  /** What a client is asked to do; default its `list`. */
  readonly step?: "multipart" | "presign";
  /** Whether tokens are optional on all instances. */
  readonly areTokensOptional?: boolean;
}

/** EC2's own. */
const EC2 = { lifetimeMinutes: 360, renewMinutes: 60 };
/** The profile `fast`: whoever fetches gets keys of 50 to 60 minutes. */
const FAST = { lifetimeMinutes: 60, renewMinutes: 10 };
const NO_CLOCK = "its clock cannot be moved, and this preset moves the clock";

export const NOTHING = "none";

/** By preset; `none` is a day on which nothing happens. */
export const PLANS: Readonly<Record<string, Plan>> = {
  [NOTHING]: {
    title: "Nothing happens",
    schedule: EC2,
    atMinutes: 0,
    watchMinutes: 6.5 * 60,
    rate: 160,
    unmoved: { schedule: { lifetimeMinutes: 310, renewMinutes: 60 }, watchMinutes: 325 },
  },
  "six-hours-later": {
    title: "Six hours later",
    preset: "six-hours-later",
    schedule: EC2,
    atMinutes: 15,
    watchMinutes: 60,
    rate: 100,
    clock: "moves",
    unmoved: { why: NO_CLOCK },
  },
  "imds-outage-30m": {
    title: "Metadata away for half an hour, from 18 minutes before the keys' end",
    preset: "imds-outage-30m",
    schedule: FAST,
    atMinutes: 42,
    watchMinutes: 95,
    rate: 60,
    wish: { forMinutes: 30 },
  },
  "hop-limit-1": {
    title: "The token's answer never arrives, from before the first call, for 20 minutes",
    preset: "hop-limit-1",
    schedule: FAST,
    atMinutes: 0,
    watchMinutes: 30,
    rate: 30,
    healMinutes: 20,
    wish: { forMinutes: 600 },
  },
  "imdsv2-enforced": {
    title: "Tokens were optional and become required for an hour",
    preset: "imdsv2-enforced",
    schedule: FAST,
    atMinutes: 10,
    watchMinutes: 90,
    rate: 100,
    areTokensOptional: true,
    unmoved: { watchMinutes: 70 },
  },
  "role-swapped": {
    title: "The instance is given another role",
    preset: "role-swapped",
    schedule: FAST,
    atMinutes: 10,
    watchMinutes: 75,
    rate: 100,
    wish: { forMinutes: 180, parameters: { Role: "second" } },
  },
  "kiam-15m": {
    title: "Keys that live 15 minutes",
    preset: "kiam-15m",
    schedule: FAST,
    atMinutes: 0,
    watchMinutes: 80,
    rate: 100,
    wish: { forMinutes: 180 },
    unmoved: { watchMinutes: 45, wish: { forMinutes: 180, parameters: { Lifetime: "15s" } } },
  },
  "herd-200": {
    title: "All keys end in one second, and metadata is throttled",
    preset: "herd-200",
    schedule: FAST,
    atMinutes: 0,
    watchMinutes: 60,
    rate: 60,
    wish: { forMinutes: 180, parameters: { Lifetime: "15m", Rate: 2, Burst: 2 } },
    unmoved: { watchMinutes: 50, wish: { forMinutes: 180, parameters: { Lifetime: "15s", Rate: 2, Burst: 2 } } },
  },
  "revoked-after-leak": {
    title: "The role's sessions are revoked",
    preset: "revoked-after-leak",
    schedule: FAST,
    atMinutes: 10,
    watchMinutes: 85,
    rate: 100,
    wish: { forMinutes: 180 },
    unmoved: { watchMinutes: 75 },
  },
  "smithy-2117": {
    title: "Expired keys that services take, then 500, half an hour each, from 18 minutes before the keys' end",
    preset: "smithy-2117",
    schedule: FAST,
    atMinutes: 42,
    watchMinutes: 115,
    rate: 60,
    unmoved: { why: "its second half begins after 30 minutes, and its clock cannot be moved" },
  },
  "boot-before-role": {
    title: "The role comes two minutes after the program",
    preset: "boot-before-role",
    schedule: FAST,
    atMinutes: 0,
    watchMinutes: 6,
    rate: 10,
    healMinutes: 2,
    wish: { forMinutes: 600 },
    unmoved: { healMinutes: 30, watchMinutes: 50 },
  },
  "mid-multipart": {
    title: "The key ends between two parts of an upload",
    preset: "mid-multipart",
    schedule: FAST,
    atMinutes: 5,
    watchMinutes: 75,
    rate: 60,
    wish: { forMinutes: 90 },
    step: "multipart",
  },
  "presign-7d": {
    title: "A URL presigned for seven days, six hours later",
    preset: "presign-7d",
    schedule: EC2,
    atMinutes: 5,
    watchMinutes: 20,
    rate: 60,
    clock: "moves",
    step: "presign",
  },
  "vm-woke-up": {
    title: "The machine sleeps for seven hours",
    preset: "vm-woke-up",
    schedule: EC2,
    atMinutes: 15,
    watchMinutes: 60,
    rate: 100,
    clock: "sleeps",
    unmoved: { why: NO_CLOCK },
  },
};
