// A control plane over a world in memory, called as a client would: signed bytes in, bytes out. Time and randomness
// are fixed, so that every exchange can be compared byte for byte.
import { cacheOver } from "@rolemint/authority";
import { prepareCaller } from "@rolemint/caller";
import { type Answered, answerCall, type IncomingCall, type Plane, serviceFor } from "@rolemint/control-plane";
import { openInjector } from "@rolemint/faults";
import { seededEntropy } from "@rolemint/host/entropy";
import { sha256Hex, signRequest } from "@rolemint/sigv4";
import { type AccessKey, localAuthority, openWorld, type World } from "@rolemint/world";

export const ACCOUNT = "111122223333";
export const REGION = "us-east-1";
export const START = Date.parse("2026-11-23T05:30:00Z");

export interface Signer {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

export interface TestPlane {
  readonly world: World;
  readonly plane: Plane;
  readonly root: Signer;
  /** Moves host time, and with it world time. */
  pass(milliseconds: number): void;
  /** A signed query call as root, or as `signer`. */
  query(service: "iam" | "sts" | "ec2", parameters: Record<string, string>, signer?: Signer): Promise<Answered>;
  /** A signed JSON 1.1 call to CloudTrail. */
  trail(action: string, input: object, signer?: Signer): Promise<Answered>;
  send(call: IncomingCall): Promise<Answered>;
  /** A user with this policy, and its key. */
  userWith(name: string, policy: object): Signer;
  close(): void;
}

const VERSIONS = { iam: "2010-05-08", sts: "2011-06-15", ec2: "2016-11-15" };

/** `region`: of the world; IAM is signed for us-east-1 in any. */
export function openTestPlane(region = REGION): TestPlane {
  let host = START;
  const entropy = seededEntropy("test plane");
  const clock = { now: () => host };
  const world = openWorld({ state: "memory", accountId: ACCOUNT, region, clock, entropy, pid: 1 });
  const root = keyFor(world);
  const authority = localAuthority(world);
  const callers = cacheOver(authority, prepareCaller);
  const unexpected: unknown[] = [];
  const plane: Plane = {
    world,
    callers,
    injector: openInjector(authority, (event) => world.note([event])),
    acknowledged: async () => {},
    unexpected: (error) => void unexpected.push(error),
  };
  const send = async (call: IncomingCall) => {
    const service = serviceFor(call);
    if (!service || "unserved" in service) throw new Error("no service for this call");
    const answered = await answerCall(plane, service, call);
    if (unexpected.length > 0) throw unexpected[0];
    return answered;
  };
  const signed = (service: string, headers: string[], body: string, signer: Signer) => {
    const bytes = Buffer.from(body);
    const request = { method: "POST", target: "/", rawHeaders: ["Host", `${service}.amazonaws.com`, ...headers] };
    const options = { timeMs: host, payloadHash: sha256Hex(bytes) };
    const scope = { service, region: service === "iam" ? REGION : region };
    const { rawHeaders } = signRequest(request, { ...signer, ...scope }, options);
    return { ...request, rawHeaders, body: bytes, sourceIp: "192.0.2.10", isSecure: false };
  };
  return {
    world,
    plane,
    root,
    send,
    pass: (milliseconds) => {
      host += milliseconds;
    },
    query(service, parameters, signer = root) {
      const form = new URLSearchParams({ Version: VERSIONS[service], ...parameters }).toString();
      return send(signed(service, ["Content-Type", "application/x-www-form-urlencoded"], form, signer));
    },
    trail(action, input, signer = root) {
      const target = `com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101.${action}`;
      const headers = ["Content-Type", "application/x-amz-json-1.1", "X-Amz-Target", target];
      return send(signed("cloudtrail", headers, JSON.stringify(input), signer));
    },
    userWith(name, policy) {
      const arn = `arn:aws:iam::${ACCOUNT}:user/${name}`;
      world.change(() =>
        world.account(ACCOUNT).users.put({
          accountId: ACCOUNT,
          name,
          path: "/",
          id: world.ids.unique("AIDA", ACCOUNT),
          arn,
          created: START,
          attached: [],
          inline: { allowed: JSON.stringify(policy) },
          tags: [],
        }),
      );
      return keyFor(world, name);
    },
    close() {
      callers.stop();
      world.close();
    },
  };
}

function keyFor(world: World, userName?: string): Signer {
  const key: AccessKey = {
    id: world.ids.accessKey("AKIA", ACCOUNT),
    secret: world.ids.secret(),
    accountId: ACCOUNT,
    status: "Active",
    created: START,
    ...(userName !== undefined && { userName }),
  };
  world.change(() => world.tables.accessKeys.put(key));
  return { accessKeyId: key.id, secretAccessKey: key.secret };
}
