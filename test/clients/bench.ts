// One instance whose state the cases change, and clients that are started in containers of its address. What a client did
// there is told by the requests that the metadata service saw: P for a token, L for the list of roles, C for credentials,
// (v1) without a token, a status where it is not 200, - where no answer came.

import { setTimeout as wait } from "node:timers/promises";
import {
  AssociateIamInstanceProfileCommand,
  DescribeIamInstanceProfileAssociationsCommand,
  DisassociateIamInstanceProfileCommand,
  type HttpTokensState,
  type InstanceMetadataEndpointState,
  ModifyInstanceMetadataOptionsCommand,
  ReplaceIamInstanceProfileAssociationCommand,
} from "@aws-sdk/client-ec2";
import type { TimelineEvent } from "@rolemint/expectations";
import { clients as operatorOf } from "../support/aws-clients.ts";
import { docker, tryDocker } from "../support/compose.ts";
import { ROUTER } from "../support/docker/images.ts";
import { CLIENTS, type Client, imageOf, OTHERS } from "./clients.ts";
import { environmentOf, IDLE, type Lab } from "./lab.ts";
import { openProgram, type Session } from "./session.ts";

const NAME = "bench";
const ADDRESS = "169.254.12.1";
/** Services hand in what they saw in batches. */
const BATCH_MS = 1500;
/** More of them are counted. */
const MANY = 24;

/** What the world has for it. A role's profile is there where an instance names the role. */
export const BENCH_ROLES = {
  second: { trust: "ec2.amazonaws.com", managedPolicies: ["arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess"] },
  untrusted: { trust: "lambda.amazonaws.com" },
};
export const BENCH_INSTANCES = {
  [NAME]: { role: "reader", address: ADDRESS },
  second: { role: "second", address: "169.254.12.2" },
  untrusted: { role: "untrusted", address: "169.254.12.3" },
};

export interface State {
  /** `none`: without a profile. */
  readonly role: "reader" | "second" | "untrusted" | "none";
  readonly tokens: HttpTokensState;
  readonly endpoint: InstanceMetadataEndpointState;
  readonly rotation: { readonly Profile: string } | { readonly Lifetime: string; readonly RenewEvery: string };
}

/** As EC2 makes an instance. */
const USUAL: State = { role: "reader", tokens: "required", endpoint: "enabled", rotation: { Profile: "ec2" } };

export interface BenchSession extends Session {
  /** What it asked of the metadata service since it was asked for this last. */
  requests(): Promise<string>;
  /** Keys that it signed with, since then too. */
  keys(): Promise<number>;
  logs(): string;
}

export interface Bench {
  /** What is not named is as EC2 makes an instance. */
  set(state?: Partial<State>): Promise<void>;
  open(client: string, options?: OpenOptions): Promise<BenchSession>;
  control(action: string, input: object): Promise<any>;
  /** Removes every container that was opened. */
  clear(): void;
}

export interface OpenOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** As if it were a routed hop away: what comes with an IP TTL of 1 does not arrive. */
  readonly isBehindHop?: boolean;
  /** Shell line to run in the container first. */
  readonly before?: string;
}

export function benchOf(lab: Lab): Bench {
  const { ec2 } = operatorOf(lab.project.ready());
  const containers: string[] = [];
  const control = (action: string, input: object) => lab.project.control(action, input);
  return {
    control,
    async set(given = {}) {
      const state = { ...USUAL, ...given };
      const InstanceId = lab.project.ready().instances[NAME]!.instanceId;
      const { tokens, endpoint } = state;
      await ec2.send(
        new ModifyInstanceMetadataOptionsCommand({ InstanceId, HttpTokens: tokens, HttpEndpoint: endpoint }),
      );
      await attach(ec2, InstanceId, state.role);
      await control("SetRotation", { Instance: NAME, ...state.rotation });
      if (state.role !== "none" && state.role !== "untrusted") await control("RotateCredentials", { Instance: NAME });
    },
    async open(name, options = {}) {
      const client = [...CLIENTS, ...OTHERS].find((one) => one.name === name)!;
      const container = startContainer(lab, client, options);
      containers.push(container);
      if (options.isBehindHop) dropAfterOneHop(container);
      if (options.before !== undefined) docker("exec", "-d", container, "sh", "-c", options.before);
      return observe(lab, container, openIn(container, client), await lab.mark());
    },
    clear() {
      for (const container of containers.splice(0)) tryDocker("rm", "--force", container);
    },
  };
}

async function attach(ec2: ReturnType<typeof operatorOf>["ec2"], instance: string, role: State["role"]): Promise<void> {
  const Filters = [{ Name: "instance-id", Values: [instance] }];
  const described = await ec2.send(new DescribeIamInstanceProfileAssociationsCommand({ Filters }));
  const current = described.IamInstanceProfileAssociations?.find(({ State }) => /^associat/.test(State ?? ""));
  const AssociationId = current?.AssociationId;
  const IamInstanceProfile = { Name: role };
  if (role === "none") {
    if (AssociationId) await ec2.send(new DisassociateIamInstanceProfileCommand({ AssociationId }));
  } else if (!AssociationId) {
    await ec2.send(new AssociateIamInstanceProfileCommand({ InstanceId: instance, IamInstanceProfile }));
  } else if (!current?.IamInstanceProfile?.Arn?.endsWith(`/${role}`)) {
    await ec2.send(new ReplaceIamInstanceProfileAssociationCommand({ AssociationId, IamInstanceProfile }));
  }
}

/** With the instance's own link-local address, without which it may not look for metadata. */
function startContainer(lab: Lab, client: Client, { env = {} }: OpenOptions): string {
  const main = "commands" in client.runs ? client.runs.process : undefined;
  const mounts = ["--device", "/dev/fuse", "--cap-add", "SYS_ADMIN", "--security-opt", "apparmor:unconfined"];
  return docker(
    ...["run", "--detach", "--network", `${lab.project.name}_apps`, "--link-local-ip", ADDRESS],
    ...Object.entries({ ...environmentOf(client), ...env }).flatMap(([name, value]) => ["--env", `${name}=${value}`]),
    ...(client.mounts ? mounts : []),
    imageOf(client),
    ...(main === undefined ? IDLE : ["sh", "-c", `exec ${main}`]),
  );
}

function dropAfterOneHop(container: string): void {
  const rule = ["iptables", "-A", "INPUT", "-s", "169.254.169.254", "-m", "ttl", "--ttl-lt", "2", "-j", "DROP"];
  const beside = ["run", "--rm", "--network", `container:${container}`, "--cap-add", "NET_ADMIN"];
  docker(...beside, ROUTER.tag, ...rule);
}

function openIn(container: string, { runs }: Client): Session {
  if ("program" in runs) return openProgram(["exec", "-i", container, ...runs.program]);
  const { commands } = runs;
  return {
    async step(step) {
      const line = commands[step];
      if (line === undefined) return undefined;
      const session = openProgram([
        "exec",
        "-i",
        container,
        "sh",
        "-c",
        `if (${line}) 2>&1; then echo; echo =ok; else echo; echo =failed; fi`,
      ]);
      try {
        return await session.step("");
      } finally {
        await session.end();
      }
    },
    warnings: () => "",
    end: async () => {},
  };
}

function observe(lab: Lab, container: string, session: Session, mark: string): BenchSession {
  let since = mark;
  const events = async () => {
    await wait(BATCH_MS);
    return lab.events(NAME, since);
  };
  return {
    ...session,
    async requests() {
      const asked = (await events()).filter(({ Kind }) => Kind === "metadata");
      since = await lab.mark();
      return shorten(asked.map(requestText));
    },
    async keys() {
      const called = (await events()).filter(({ Kind }) => Kind === "call");
      return new Set(called.map(({ AccessKeyId }) => AccessKeyId)).size;
    },
    logs: () => docker("logs", container),
  };
}

function requestText({ Path = "", Action, Status }: TimelineEvent): string {
  const status = Status === 200 ? "" : `${Status ?? "-"}`;
  const version = Action === "v1" ? "(v1)" : "";
  if (/^\/+latest\/api\/token$/.test(Path)) return `P${status}`;
  const role = /^(\/+latest\/meta-data\/iam\/security-credentials)\/?(.*)$/.exec(Path);
  if (role?.[1]?.startsWith("//")) return `${Path}${status}`;
  return role ? `${role[2] === "" ? "L" : "C"}${status}${version}` : `${Path} ${status}${version}`.trim();
}

/** `P L C P L C` as `P L C (2 times)`. */
function shorten(requests: readonly string[]): string {
  if (requests.length === 0) return "no request";
  if (requests.length > MANY) {
    const refused = requests.filter((request) => / \d{3}/.test(request));
    return `${requests.length} requests, of them not 200: ${refused.length}`;
  }
  for (let size = 1; size <= requests.length / 2; size++) {
    const times = requests.length / size;
    const isRepeated = requests.every((request, index) => request === requests[index % size]);
    if (isRepeated && Number.isInteger(times)) return `${requests.slice(0, size).join(" ")} (${times} times)`;
  }
  return requests.join(" ");
}
