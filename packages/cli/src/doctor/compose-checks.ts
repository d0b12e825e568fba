// What can be wrong between a compose project and the world that its services are instances of. Pure: one function a
// check, over the files as they were read.
import { METADATA_ADDRESS } from "../addresses.ts";
import { distractionsOf } from "../compose/distractions.ts";
import { joinedContainer, ownerOf } from "../compose/namespaces.ts";
import {
  attachmentsOf,
  type ComposeProject,
  type ComposeService,
  hasCapability,
  heldInstance,
  isOurs,
  linkLocalOf,
  ROLE_LABEL,
} from "../compose/service.ts";
import { trespassesOf } from "../compose/trespasses.ts";
import { type Finding, ok, problem, warning } from "./finding.ts";

export interface ConfiguredInstance {
  readonly name: string;
  readonly address?: string;
}

export interface ComposeInput {
  readonly project: ComposeProject;
  /** Of rolemint.yaml; absent: it could not be read, which is said elsewhere. */
  readonly instances?: readonly ConfiguredInstance[];
}

export function checkCompose(input: ComposeInput): readonly Finding[] {
  return COMPOSE_CHECKS.flatMap(({ check, fine, find }) => {
    const found = find(input, check);
    return found.some(({ level }) => level !== "ok") ? found : [ok(check, fine), ...found];
  });
}

interface ComposeCheck {
  readonly check: string;
  /** Said when nothing is wrong. */
  readonly fine: string;
  readonly find: (input: ComposeInput, check: string) => readonly Finding[];
}

const COMPOSE_CHECKS: readonly ComposeCheck[] = [
  { check: "compose-features", fine: "all that the compose files say was followed", find: findNotFollowed },
  { check: "addresses", fine: "every link-local address is given once", find: findClashes },
  { check: "reach", fine: "every service with a role reaches the metadata service", find: findUnreached },
  { check: "instances", fine: "addresses and instances of rolemint.yaml agree", find: findMismatches },
  { check: "capabilities", fine: "no app can take a neighbour's address", find: findPowers },
  { check: "isolation", fine: "no app has a volume or a network of rolemint's own", find: findTrespasses },
  { check: "credentials", fine: "nothing keeps an app's SDK from its role", find: findDistractions },
];

function findNotFollowed({ project }: ComposeInput, check: string): readonly Finding[] {
  if (project.notFollowed.length === 0) return [];
  const advice = "write `docker compose config` with the same files into one file, and check that with --compose";
  return [warning(check, `the files use ${project.notFollowed.join(" and ")}, which is not followed here`, advice)];
}

function findClashes({ project, instances = [] }: ComposeInput, check: string): readonly Finding[] {
  const holders = new Map<string, string[]>();
  for (const service of project.services) {
    for (const address of new Set(linkLocalOf(service))) {
      holders.set(address, [...(holders.get(address) ?? []), service.name]);
    }
  }
  const twice = [...holders].filter(([, names]) => names.length > 1);
  const many = project.services.filter((service) => service.replicas > 1 && linkLocalOf(service).length > 0);
  const split = project.services.filter(
    ({ networks }) => networks.filter(({ linkLocal }) => linkLocal.length > 0).length > 1,
  );
  const reserved = instances.filter(({ address }) => ourAddresses(project).has(address ?? ""));
  return [
    ...twice.map(([address, names]) =>
      problem(check, `${address} is the address of ${names.join(" and ")}`, "give each service one of its own"),
    ),
    ...many.map(({ name, replicas }) =>
      problem(
        check,
        `the ${replicas} replicas of ${name} share one address`,
        "make each a service with its own address",
      ),
    ),
    ...split.map(({ name }) =>
      problem(
        check,
        `${name} has link-local addresses on several networks, and its packets leave by the first only`,
        "leave it one; on the others give it an ordinary address",
      ),
    ),
    ...reserved.map(({ name, address }) =>
      problem(check, `instance ${name} has ${address}, which is rolemint's own`, "give it another, as 169.254.10.1"),
    ),
  ];
}

function ourAddresses({ services }: ComposeProject): ReadonlySet<string> {
  return new Set(services.filter(isOurs).flatMap(linkLocalOf));
}

function findUnreached({ project }: ComposeInput, check: string): readonly Finding[] {
  const served = metadataNetworks(project);
  return project.services.flatMap((service) => {
    const { name, networkMode } = service;
    const hasRole = service.labels[ROLE_LABEL] !== undefined;
    if (isOurs(service) || (!hasRole && linkLocalOf(service).length === 0)) return [];
    const owner = ownerOf(service, project.services);
    if (owner && (isOurs(owner) || linkLocalOf(owner).length > 0)) return [];
    if (networkMode !== undefined) {
      const message = `${name} has network_mode ${networkMode}: what it asks ${METADATA_ADDRESS} goes to whoever answers there`;
      return [problem(check, message, "give it networks with a link-local address, or a holder")];
    }
    if (linkLocalOf(service).length === 0) {
      const message = `${name} has the label ${ROLE_LABEL} and no link-local address, so it never reaches ${METADATA_ADDRESS}`;
      return [problem(check, message, `add link_local_ips, or write the override: \`rolemint init --compose\``)];
    }
    if (reachesOn(service, served)) return [];
    const message = `${name} has a link-local address on no network where a service has ${METADATA_ADDRESS}`;
    return [problem(check, message, "put its link_local_ips on the network of imds")];
  });
}

/** Names of the networks on which a service has the metadata address. */
function metadataNetworks({ services }: ComposeProject): ReadonlySet<string> {
  const places = services.flatMap(({ networks }) =>
    networks.filter(({ linkLocal }) => linkLocal.includes(METADATA_ADDRESS)),
  );
  return new Set(places.map(({ network }) => network));
}

function reachesOn(service: ComposeService, networks: ReadonlySet<string>): boolean {
  return attachmentsOf(service).some(({ network, linkLocal }) => linkLocal.length > 0 && networks.has(network));
}

function findMismatches({ project, instances }: ComposeInput, check: string): readonly Finding[] {
  if (instances === undefined) return [warning(check, "not compared: there is no config", "see the check config")];
  const known = new Set(instances.map(({ address }) => address));
  const apps = project.services.filter((service) => !isOurs(service));
  const given = new Set(project.services.flatMap(linkLocalOf));
  const held = project.services.map(heldInstance).filter((name) => name !== undefined);
  const strangers = apps.flatMap((service) =>
    linkLocalOf(service)
      .filter((address) => !known.has(address))
      .map((address) =>
        problem(
          check,
          `${service.name} calls from ${address}, which is no instance's address: it gets no credentials`,
          `add to rolemint.yaml, under instances: ${service.name}: { role: …, address: ${address} }`,
        ),
      ),
  );
  const unheld = held.filter((name) => !instances.some((instance) => instance.name === name));
  const unused = instances.filter(
    ({ name, address }) => !held.includes(name) && (address === undefined || !given.has(address)),
  );
  return [
    ...strangers,
    ...unheld.map((name) =>
      problem(check, `a holder is for instance ${name}, which is not in rolemint.yaml`, `add ${name} to instances`),
    ),
    ...unused.map(({ name, address }) =>
      warning(
        check,
        address === undefined
          ? `instance ${name} has neither an address nor a holder, so no container is it`
          : `instance ${name} has ${address}, which no service has`,
        "give a service that address, or take the instance out",
      ),
    ),
  ];
}

/** Who has a namespace to itself, as in a holder, can take no neighbour's address. */
function findPowers({ project }: ComposeInput, check: string): readonly Finding[] {
  const served = metadataNetworks(project);
  const isNeighbour = (service: ComposeService) =>
    !isOurs(service) &&
    (linkLocalOf(service).length > 0 || attachmentsOf(service).some(({ network }) => served.has(network)));
  return project.services.flatMap((service) => {
    const { name } = service;
    const powers = ["NET_RAW", "NET_ADMIN"].filter((power) => hasCapability(service, power));
    const has = `has ${powers.join(" and ")}: its root can take a neighbour's address and role`;
    const wrong = (message: string) => (powers.length > 0 ? [warning(check, message, powerAdvice(powers))] : []);
    if (isNeighbour(service)) return wrong(`${name} ${has}`);
    const owner = ownerOf(service, project.services);
    if (owner && isNeighbour(owner)) {
      const shares = `shares the network and the role of ${owner.name}`;
      return powers.length > 0 ? wrong(`${name}, which ${shares}, ${has}`) : [ok(check, `${name} ${shares}`)];
    }
    const stranger = owner ? undefined : joinedContainer(service);
    return stranger === undefined
      ? []
      : wrong(`${name} joins the container ${stranger}, has its role if any, and ${has}`);
  });
}

function powerAdvice(powers: readonly string[]): string {
  return powers.includes("NET_ADMIN")
    ? "take NET_ADMIN, ALL or privileged away, or give it a holder"
    : "add cap_drop: [NET_RAW], and take it out of cap_add";
}

function findTrespasses({ project }: ComposeInput, check: string): readonly Finding[] {
  return project.services.flatMap((service) =>
    trespassesOf(service, project).map((does) =>
      problem(check, `${service.name} ${does}, which is rolemint's own`, "take that away from the service"),
    ),
  );
}

function findDistractions({ project }: ComposeInput, check: string): readonly Finding[] {
  const apps = project.services.filter((service) => {
    const owner = ownerOf(service, project.services);
    const isHeld = owner !== undefined && heldInstance(owner) !== undefined;
    return !isOurs(service) && (linkLocalOf(service).length > 0 || service.labels[ROLE_LABEL] !== undefined || isHeld);
  });
  return apps.flatMap((service) => {
    const missing = service.environment["AWS_ENDPOINT_URL"];
    const found = distractionsOf(service).map(({ what, effect, isFatal }) =>
      (isFatal ? problem : warning)(check, `${service.name}: ${what}: ${effect}`, "remove it from the service"),
    );
    if (missing !== undefined && missing !== "") return found;
    const advice = "set AWS_ENDPOINT_URL=http://169.254.171.1:4566, as in the override";
    return [...found, warning(check, `${service.name} has no AWS_ENDPOINT_URL: its AWS calls go to AWS`, advice)];
  });
}
