// What an app has of rolemint's own parts: a volume, a network or a namespace with which it could be any instance, or
// change the world.
import { ownerOf } from "./namespaces.ts";
import { OUR_SERVICES } from "./override.ts";
import { type ComposeProject, type ComposeService, heldInstance, isOurs } from "./service.ts";

const OUR_VOLUMES = ["state", "installation", "seam", "storage-keys", "objects"].map((name) => `rolemint-${name}`);
const OUR_NETWORKS: ReadonlySet<string> = new Set(["rolemint-internal", "rolemint-storage", "rolemint-operator"]);
const OUR_NAMES: ReadonlySet<string> = new Set(OUR_SERVICES);

/** Each goes on after the service's name, as `mounts rolemint-seam`. */
export function trespassesOf(service: ComposeService, project: ComposeProject): readonly string[] {
  if (isPart(service)) return [];
  const ours = ourVolumes(project);
  const mounted = volumesOf(service, project).filter((name) => ours.has(name) || isNamedAsOurs(name));
  const networks = service.networks.filter(({ network }) => OUR_NETWORKS.has(network));
  const joined = partJoinedBy(service, project);
  const parts = service.volumesFrom.filter((name) => project.services.some((one) => one.name === name && isPart(one)));
  const taken = service.volumesFrom.filter((name) => parts.includes(name) || OUR_NAMES.has(name));
  return [
    ...mounted.map((name) => `mounts ${name}`),
    ...taken.map((name) => `takes the volumes of ${name}`),
    ...networks.map(({ network }) => `stands on ${network}`),
    ...(joined === undefined ? [] : [`joins the network of ${joined}`]),
    ...seenParts(service, project).map((name) => `sees the processes of ${name}`),
  ];
}

function isPart(service: ComposeService): boolean {
  return isOurs(service) || OUR_NAMES.has(service.name);
}

/** Only a holder is there to be joined. A file alone may name parts that the override brings. */
function partJoinedBy(service: ComposeService, { services }: ComposeProject): string | undefined {
  const owner = ownerOf(service, services);
  if (owner !== undefined) return isPart(owner) && heldInstance(owner) === undefined ? owner.name : undefined;
  return OUR_SERVICES.find((name) => service.networkMode === `service:${name}`);
}

/** Of a process that a container sees it may read the files, given the same user. */
function seenParts({ pidMode = "" }: ComposeService, { services }: ComposeProject): readonly string[] {
  const parts = [...OUR_NAMES, ...services.filter(isPart).map(({ name }) => name)];
  return [...new Set(parts)].filter(
    (name) => pidMode === `service:${name}` || new RegExp(`^container:.+[-_]${name}[-_]\\d+$`).test(pidMode),
  );
}

/** By the names that the engine knows them by. */
function volumesOf({ mounts }: ComposeService, { volumes }: ComposeProject): readonly string[] {
  const sources = mounts.map(({ source }) => source).filter((source) => /^\w/.test(source));
  return sources.map((source) => volumes.find(({ name }) => name === source)?.engineName ?? source);
}

function ourVolumes(project: ComposeProject): ReadonlySet<string> {
  return new Set(project.services.filter(isOurs).flatMap((service) => volumesOf(service, project)));
}

/** The engine puts the project before a name. */
function isNamedAsOurs(volume: string): boolean {
  return OUR_VOLUMES.some((name) => volume === name || volume.endsWith(`_${name}`));
}
