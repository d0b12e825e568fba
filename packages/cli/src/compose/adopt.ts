// Which services of a compose file become instances: their roles and addresses, and what stands against it. Pure.
import { distractionsOf } from "./distractions.ts";
import { joinedContainer, ownerOf } from "./namespaces.ts";
import { OUR_SERVICES } from "./override.ts";
import {
  attachmentsOf,
  type ComposeProject,
  type ComposeService,
  isLinkLocal,
  linkLocalOf,
  ROLE_LABEL,
} from "./service.ts";
import { trespassesOf } from "./trespasses.ts";

export interface Adopted {
  readonly service: string;
  readonly role: string;
  readonly address: string;
  /** Whether the service names no network, so that compose must be told of `default` again. */
  readonly isOnDefault: boolean;
}

/** A service in the network namespace of an adopted one. */
export interface Sharer {
  readonly service: string;
  readonly owner: string;
}

export type Adoption =
  | {
      readonly services: readonly Adopted[];
      readonly sharers: readonly Sharer[];
      readonly region: string;
      readonly warnings: readonly string[];
    }
  | { readonly problems: readonly string[] };

const DEFAULT_REGION = "us-east-1";

/** `named` are services; without any, those with the label. Problems and warnings are sentences. */
export function adopt(project: ComposeProject, named: readonly string[], file: string): Adoption {
  const known = new Map(project.services.map((service) => [service.name, service]));
  const labelled = project.services.filter(({ labels }) => labels[ROLE_LABEL] !== undefined).map(({ name }) => name);
  const names = named.length > 0 ? [...new Set(named)] : labelled;
  if (names.length === 0) {
    return {
      problems: [
        `no service of ${file} has the label ${ROLE_LABEL}: name the services that get a role; there are ${[...known.keys()].join(", ")}`,
      ],
    };
  }
  const unknown = names.filter((name) => !known.has(name));
  const chosen = names.map((name) => known.get(name)).filter((service) => service !== undefined);
  const problems = [
    ...unknown.map((name) => `${file} has no service ${name}; there are ${[...known.keys()].join(", ")}`),
    ...clashes(project, file),
    ...chosen.flatMap((service) => servicesProblems(service)),
  ];
  if (problems.length > 0) return { problems };
  const free = freeAddresses(project);
  const services = chosen.map((service) => ({
    service: service.name,
    role: roleOf(service),
    address: free.next().value!,
    isOnDefault: service.networks.length === 0,
  }));
  const sharing = project.services.flatMap((service) => {
    const owner = ownerOf(service, project.services);
    return owner !== undefined && chosen.includes(owner) ? [{ service, owner }] : [];
  });
  const { region, warning } = regionOf(chosen);
  const warnings = [
    ...chosen.flatMap((service) => warningsOf(service, project)),
    ...sharing.flatMap(({ service, owner }) => sharerWarnings(service, owner)),
    ...strangersJoined(project),
    ...warning,
    ...notFollowed(project, file),
  ];
  const sharers = sharing.map(({ service, owner }) => ({ service: service.name, owner: owner.name }));
  return { services, sharers, region, warnings };
}

/** A label without a value names the service's own role. */
function roleOf({ name, labels }: ComposeService): string {
  return labels[ROLE_LABEL] || name;
}

function clashes(project: ComposeProject, file: string): readonly string[] {
  const { services, networks, volumes } = project;
  const ours = new Set<string>(OUR_SERVICES);
  const taken = services.filter(({ name }) => ours.has(name));
  const ranges = networks.filter(({ subnets }) => subnets.some(isLinkLocal));
  return [
    ...taken.map(({ name }) => `service ${name} of ${file} has the name of one that rolemint adds; give it another`),
    ...services.flatMap((service) =>
      trespassesOf(service, project).map(
        (does) => `service ${service.name} of ${file} ${does}, which is rolemint's own; take that away`,
      ),
    ),
    ...namedAsOurs("network", networks, file),
    ...namedAsOurs("volume", volumes, file),
    ...ranges.map(
      ({ name }) =>
        `network ${name} of ${file} owns a range of 169.254.0.0/16, which takes the host's way to its own metadata away; use another range`,
    ),
  ];
}

function namedAsOurs(kind: string, all: readonly { readonly name: string }[], file: string): readonly string[] {
  return all
    .filter(({ name }) => name.startsWith("rolemint-"))
    .map(({ name }) => `${kind} ${name} of ${file} has a name that rolemint gives its own; give it another`);
}

function servicesProblems(service: ComposeService): readonly string[] {
  const { name, networkMode, replicas } = service;
  const problems: string[] = [];
  if (networkMode !== undefined) {
    problems.push(
      `service ${name} has network_mode ${networkMode}, so it can have no address of its own; ${instead(networkMode)}`,
    );
  }
  const [address] = linkLocalOf(service);
  if (address !== undefined) {
    problems.push(
      `service ${name} has the link-local address ${address} already; take it away, or write the override by hand`,
    );
  }
  if (replicas > 1) problems.push(`service ${name} has ${replicas} replicas, and an instance is one container`);
  if (!/^[A-Za-z][\w.-]{0,62}$/.test(name) || /^i-([0-9a-f]{8}|[0-9a-f]{17})$/.test(name)) {
    problems.push(
      `service ${name} cannot give an instance its name: at most 63 letters, digits and ._-, a letter first`,
    );
  }
  if (!/^[\w+=,.@-]{1,64}$/.test(roleOf(service))) {
    problems.push(`service ${name}: ${JSON.stringify(roleOf(service))} is not the name of a role`);
  }
  return problems;
}

function instead(networkMode: string): string {
  if (networkMode.startsWith("service:")) return `give ${networkMode.slice("service:".length)} the role instead`;
  if (networkMode === "host") return "give it networks, or use `rolemint up` and `rolemint env` on the host";
  return "give it networks";
}

function warningsOf(service: ComposeService, { networks }: ComposeProject): readonly string[] {
  const { name } = service;
  const internal = new Set(networks.filter(({ isInternal }) => isInternal).map((network) => network.name));
  const warnings = distractionsOf(service).map(({ what, effect }) => `service ${name}: ${what}: ${effect}; remove it`);
  warnings.push(...powerWarnings(service));
  if (attachmentsOf(service).every(({ network }) => internal.has(network))) {
    warnings.push(
      `service ${name} is on internal networks only, and rolemint-apps is an ordinary one: it gets a way out`,
    );
  }
  return warnings;
}

/** The override drops NET_RAW, but what is added stays. */
function powerWarnings({ name, isPrivileged, capAdd }: ComposeService): readonly string[] {
  const powers = ["NET_RAW", "NET_ADMIN"].filter((power) => isPrivileged || capAdd.includes(power));
  if (powers.length === 0 && !capAdd.includes("ALL")) return [];
  return [
    `service ${name} has ${powers.join(" and ") || "all capabilities"}, with which it can take a neighbour's address and role; remove it, or give it a holder`,
  ];
}

function sharerWarnings(service: ComposeService, owner: ComposeService): readonly string[] {
  const shares = `service ${service.name} shares the network of ${owner.name}, and so has its role`;
  return [shares, ...powerWarnings(service)];
}

function strangersJoined({ services }: ComposeProject): readonly string[] {
  return services
    .filter((service) => joinedContainer(service) !== undefined && ownerOf(service, services) === undefined)
    .map((service) => {
      const { name } = service;
      return `service ${name} joins the container ${joinedContainer(service)}: if that has a role, ${name} has it too`;
    });
}

/** The one that the services say themselves, if they agree. */
function regionOf(services: readonly ComposeService[]): { region: string; warning: readonly string[] } {
  const said = services.flatMap(({ environment }) => [environment["AWS_REGION"], environment["AWS_DEFAULT_REGION"]]);
  const regions = [...new Set(said)].filter((region) => region !== undefined && /^[a-z]{2}(-[a-z]+)+-\d$/.test(region));
  if (regions.length === 1) return { region: regions[0]!, warning: [] };
  if (regions.length === 0) return { region: DEFAULT_REGION, warning: [] };
  const warning = [`the services name the regions ${regions.join(", ")}; a world has one, which is ${DEFAULT_REGION}`];
  return { region: DEFAULT_REGION, warning };
}

function notFollowed({ notFollowed: features }: ComposeProject, file: string): readonly string[] {
  if (features.length === 0) return [];
  return [`${file} uses ${features.join(" and ")}, which is not followed; look through the override`];
}

function* freeAddresses({ services }: ComposeProject): Generator<string, undefined> {
  const taken = new Set(services.flatMap(linkLocalOf));
  for (let block = 10; block < 169; block += 1) {
    for (let host = 1; host < 255; host += 1) {
      const address = `169.254.${block}.${host}`;
      if (!taken.has(address)) yield address;
    }
  }
}
