// An instance for a test, with a role that is there or with one of its own: what RunInstances and IAM would do, in one
// change and checked as a rolemint.yaml is.
import type { Config } from "@rolemint/config";
import { applyIdentities } from "@rolemint/config/apply-identities";
import { applyInstances, configuredInstance } from "@rolemint/config/apply-instances";
import { suggestion } from "@rolemint/config/nearest";
import { configOf } from "@rolemint/config/read";
import type { Simulator } from "@rolemint/simulator";
import { awsManagedPolicies, instancesCalled, type World } from "@rolemint/world";
import type { InstanceOptions, Policy } from "./api.ts";
import { problemsOf } from "./config-document.ts";

export interface Added {
  readonly name: string;
  readonly instanceId: string;
  readonly imds: string;
  readonly roleArn: string | undefined;
}

const MEMBERS = ["name", "role", "policies", "metadata"];

/** Throws Error with what is wrong with the options. */
export async function addInstance(simulator: Simulator, options: InstanceOptions): Promise<Added> {
  const { world } = simulator;
  const stranger = Object.keys(options).find((member) => !MEMBERS.includes(member));
  if (stranger !== undefined) throw new Error(`instance() takes no ${stranger}${suggestion(stranger, MEMBERS)}`);
  const name = options.name ?? freeName(world);
  if (instancesCalled(world, name).length > 0) throw new Error(`an instance is called ${name} already`);
  const role = roleFor(world, name, options);
  const config = checked(world, name, role, options);
  world.change(() => {
    if (options.policies !== undefined) applyIdentities(world, config, NOTHING);
    applyInstances(world, config, NOTHING);
  });
  await simulator.acknowledged();
  const { id } = configuredInstance(world, name)!;
  return {
    name,
    instanceId: id,
    imds: simulator.ready().instances[name]?.imds ?? "",
    roleArn: role === undefined ? undefined : world.account(world.accountId).roles.get(role)!.arn,
  };
}

const NOTHING = { roles: [], policies: [], users: [], instances: [], buckets: [] } as unknown as Config;

function freeName(world: World): string {
  for (let number = 1; ; number++) {
    const name = `app-${number}`;
    if (instancesCalled(world, name).length === 0 && !world.account(world.accountId).roles.get(name)) return name;
  }
}

function roleFor(world: World, name: string, { role, policies }: InstanceOptions): string | undefined {
  const { roles } = world.account(world.accountId);
  if (role !== undefined && policies !== undefined) throw new Error("give an instance either a role or policies");
  if (policies === undefined) {
    const names = roles.list().map((one) => one.name);
    if (role === undefined || roles.get(role)) return role;
    throw new Error(`there is no role ${role}; there are ${names.join(", ") || "none"}${suggestion(role, names)}`);
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
