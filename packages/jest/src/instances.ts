// An instance for a test, with a role that is there or with one of its own: what RunInstances and IAM would do, in one
// change and checked as a rolemint.yaml is.
import type { Config } from "@rolemint/config";
import { applyIdentities } from "@rolemint/config/apply-identities";
import { applyInstances, configuredInstance } from "@rolemint/config/apply-instances";
import { suggestion } from "@rolemint/config/nearest";
import { configOf } from "@rolemint/config/read";
import type { Simulator } from "@rolemint/simulator";
import {
  awsManagedPolicies,
  type Instance,
  instancesCalled,
  nameOf,
  profileOf,
  runningInstances,
  type World,
} from "@rolemint/world";
import type { InstanceOptions, Policy } from "./api.ts";
import { problemsOf } from "./config-document.ts";
import { refuseStrangers } from "./members.ts";

export interface Added {
  readonly name: string;
  readonly instanceId: string;
  readonly imds: string;
  readonly roleArn: string | undefined;
}

const MEMBERS = ["name", "role", "policies", "metadata"];

/** One of the config by its name alone, else a new one. Throws Error with what is wrong with the options. */
export async function instanceFor(
  simulator: Simulator,
  configured: readonly string[],
  options: InstanceOptions,
): Promise<Added> {
  refuseStrangers("instance()", options, MEMBERS);
  const { world } = simulator;
  if (Object.keys(options).length === 1 && options.name !== undefined && configured.includes(options.name)) {
    const there = configuredInstance(world, options.name);
    if (there) return added(simulator, options.name, there);
  }
  const name = options.name ?? freeName(world);
  if (instancesCalled(world, name).length > 0) throw new Error(`an instance is called ${name} already`);
  const role = roleFor(world, name, options);
  const config = checked(world, name, role, options);
  world.change(() => {
    if (options.policies !== undefined) applyIdentities(world, config, NOTHING);
    applyInstances(world, config, NOTHING);
  });
  await simulator.acknowledged();
  return added(simulator, name, configuredInstance(world, name)!);
}

function added({ world, ready }: Simulator, name: string, instance: Instance): Added {
  const { instances } = ready();
  const role = profileOf(world, instance)?.roleName;
  return {
    name,
    instanceId: instance.id,
    // Under its id, where its name is borne twice.
    imds: (instances[name] ?? instances[instance.id])?.imds ?? "",
    roleArn: role === undefined ? undefined : world.account(world.accountId).roles.get(role)?.arn,
  };
}

const NOTHING = { roles: [], policies: [], users: [], instances: [], buckets: [] } as unknown as Config;

function freeName(world: World): string {
  const taken = new Set(runningInstances(world).map(nameOf));
  const { roles } = world.account(world.accountId);
  for (let number = 1; ; number++) {
    const name = `app-${number}`;
    if (!taken.has(name) && !roles.get(name)) return name;
  }
}

function roleFor(world: World, name: string, { role, policies }: InstanceOptions): string | undefined {
  const { roles } = world.account(world.accountId);
  if (role !== undefined && policies !== undefined) throw new Error("give an instance either a role or policies");
  if (policies === undefined) {
    const names = roles.list().map((one) => one.name);
    if (role === undefined || (typeof role === "string" && roles.get(role))) return role;
    throw new Error(
      `there is no role ${role}; there are ${names.join(", ") || "none"}${suggestion(String(role), names)}`,
    );
  }
  if (roles.get(name)) throw new Error(`a role is called ${name} already: give the instance another name`);
  return name;
}

/** The part of a config that makes it, for a world that has whatever it refers to. */
function checked(world: World, name: string, role: string | undefined, options: InstanceOptions): Config {
  const { metadata, policies } = options;
  const document = {
    version: 1,
    account: world.accountId,
    region: world.region,
    ...(role !== undefined && { roles: { [role]: policies === undefined ? {} : policiesOf(policies) } }),
    instances: { [name]: { ...(role !== undefined && { role }), ...(metadata !== undefined && { metadata }) } },
  };
  const known = { awsManagedPolicies: new Set(awsManagedPolicies().keys()) };
  const { config, problems } = configOf(JSON.stringify(document), `instance ${name}`, known);
  if (problems) throw new Error(problemsOf(`instance ${name}`, problems));
  return config;
}

function policiesOf(given: Policy | readonly Policy[]): object {
  const policies: readonly Policy[] = Array.isArray(given) ? given : [given];
  const inline = policies.filter((policy) => typeof policy !== "string");
  return {
    managedPolicies: policies.filter((policy) => typeof policy === "string"),
    inlinePolicies: Object.fromEntries(inline.map((policy, index) => [`policy-${index + 1}`, policy])),
  };
}
