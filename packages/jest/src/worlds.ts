// The worlds of a test process: each a simulator in memory with listeners of its own, made from what a rolemint.yaml
// would say.
import { ApplyError, builtinConfig, type Config, formatProblems, loadConfig } from "@rolemint/config";
import { seededEntropy } from "@rolemint/host";
import { type Simulator, startSimulator } from "@rolemint/simulator";
import { awsManagedPolicies, nameOf } from "@rolemint/world";
import manifest from "../package.json" with { type: "json" };
import type { InstanceOptions, LabOptions } from "./api.ts";
import { CLOSED } from "./closed.ts";
import { instanceFor } from "./instances.ts";
import { refuseStrangers } from "./members.ts";

export interface Started {
  readonly world: number;
  readonly endpoint: string;
  readonly region: string;
  readonly operator: { readonly accountId: string; readonly accessKeyId: string; readonly secretAccessKey: string };
}

interface LabWorld {
  readonly simulator: Simulator;
  /** The names of the config's instances. */
  readonly configured: readonly string[];
}

const OPTIONS = ["config", "roles", "rotation", "seed"];

const worlds = new Map<number, LabWorld>();
let made = 0;

/** One request of the test. Throws with a sentence for whoever wrote it. */
export async function answer(op: string, input: any): Promise<unknown> {
  switch (op) {
    case "start":
      return start(input as LabOptions);
    case "instance": {
      const { simulator, configured } = worldOf(input.world);
      return instanceFor(simulator, configured, input.options as InstanceOptions);
    }
    case "control":
      return control(worldOf(input.world).simulator, input.action, input.input).catch((error: Error) => {
        // It may have been closed meanwhile, which is no failure of the network.
        throw worlds.has(input.world) ? error : new Error(CLOSED);
      });
    case "credentials":
      return credentials(worldOf(input.world).simulator, input.instanceId);
    case "close": {
      const closing = worlds.get(input.world);
      worlds.delete(input.world);
      return closing?.simulator.close();
    }
    default:
      throw new Error(`rolemint does not know ${op}`);
  }
}

function worldOf(number: number): LabWorld {
  const world = worlds.get(number);
  if (!world) throw new Error(CLOSED);
  return world;
}

async function start(options: LabOptions): Promise<Started> {
  refuseStrangers("startRolemint()", options, OPTIONS);
  const config = await configOf(options);
  const { seed } = options;
  if (seed !== undefined && !(Number.isSafeInteger(seed) && seed >= 0)) {
    throw new Error(`seed must be a whole number from 0 on, not ${JSON.stringify(seed)}`);
  }
  const simulator = await startSimulator({
    config,
    version: manifest.version,
    awsPort: 0,
    imdsPort: 0,
    controlPort: 0,
    ...(seed !== undefined && { entropy: seededEntropy(`rolemint up --seed ${seed}`) }),
    ...(seed !== undefined && config.clock.start !== undefined && { startRate: 0 }),
  });
  const world = ++made;
  worlds.set(world, { simulator, configured: config.instances.map(({ name }) => name) });
  const { endpoints, operator, region } = simulator.ready();
  return { world, endpoint: endpoints.aws, region, operator };
}

async function configOf({ config, roles, rotation }: LabOptions): Promise<Config> {
  const options = { awsManagedPolicies: new Set(awsManagedPolicies().keys()) };
  const isPlain = roles === undefined && rotation === undefined;
  if (config === undefined && isPlain) return { ...builtinConfig(), instances: [], buckets: [] };
  if (typeof config === "string" && isPlain) return configIn(await loadConfig(config, options));
  const { documentAt, problemsOf, withBeside } = await import("./config-document.ts");
  const loaded = withBeside(await documentAt(config, options), { roles, rotation }, options);
  if (loaded.problems)
    throw new Error(problemsOf(typeof config === "string" ? config : "startRolemint", loaded.problems));
  return loaded.config;
}

function configIn(loaded: Awaited<ReturnType<typeof loadConfig>>): Config {
  if (loaded.problems) throw new Error(formatProblems(loaded.problems));
  return loaded.config;
}

async function control(simulator: Simulator, action: string, input: object = {}): Promise<unknown> {
  const { endpoints, controlToken } = simulator.ready();
  const response = await fetch(`${endpoints.control}/${action}`, {
    method: "POST",
    headers: { authorization: `Bearer ${controlToken}`, "content-type": "application/json" },
    body: JSON.stringify(input),
  });
  const answer = (await response.json()) as { message?: string };
  if (!response.ok) throw new Error(answer.message ?? `${action} failed`);
  return answer;
}

/** The newest keys for callers with a metadata token; what faults make of them is for the metadata service. */
function credentials({ world }: Simulator, instanceId: string) {
  const instance = world.tables.instances.get(instanceId);
  if (instance?.state !== "running") throw new ApplyError(`no running instance is called ${instanceId}`);
  const generation = world.rotation.current(instance);
  const keys = generation?.keys.find(({ delivery }) => delivery === "2.0");
  if (!generation || !keys) throw new ApplyError(`${nameOf(instance)} has no credentials`);
  const { accessKeyId, secret, token } = keys;
  return { accessKeyId, secretAccessKey: secret, sessionToken: token, expiration: generation.stated };
}
