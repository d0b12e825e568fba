// What a compose file says of its services, as far as roles are concerned: the two ways of writing a list or a mapping
// made one, and several files laid over each other as compose does it. Pure: text and files are read elsewhere.

/** https://docs.docker.com/reference/compose-file/services/ */
export interface ComposeService {
  readonly name: string;
  /** `host`, `none`, `service:…`, `container:…`; absent where the service stands on networks. */
  readonly networkMode?: string;
  /** `host`, `service:…`, `container:…`; absent where it sees its own processes only. */
  readonly pidMode?: string;
  readonly networks: readonly Attachment[];
  readonly labels: Readonly<Record<string, string>>;
  /** Undefined: taken from the shell that runs compose. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly envFiles: readonly string[];
  /** Upper case, without `CAP_`. */
  readonly capAdd: readonly string[];
  readonly capDrop: readonly string[];
  readonly isPrivileged: boolean;
  readonly command: readonly string[];
  readonly mounts: readonly Mount[];
  /** Services or containers, all of whose volumes it has. */
  readonly volumesFrom: readonly string[];
  readonly containerName?: string;
  readonly replicas: number;
}

/** A service on a network. */
export interface Attachment {
  readonly network: string;
  readonly linkLocal: readonly string[];
  /** Fixed by `ipv4_address`. */
  readonly ipv4?: string;
}

export interface Mount {
  readonly source: string;
  readonly target: string;
}

export interface ComposeNetwork {
  readonly name: string;
  readonly isInternal: boolean;
  readonly subnets: readonly string[];
}

export interface ComposeVolume {
  readonly name: string;
  /** As the file gives it; else the same, before which the engine puts the project. */
  readonly engineName: string;
}

export interface ComposeProject {
  readonly services: readonly ComposeService[];
  readonly networks: readonly ComposeNetwork[];
  readonly volumes: readonly ComposeVolume[];
  /** Of compose's features, those that are not followed here: what they would bring is not seen. */
  readonly notFollowed: readonly string[];
}

/** Which part of rolemint a service of ours is. */
export const PART_LABEL = "rolemint.part";
/** Of a service: the role that it is to have. */
export const ROLE_LABEL = "rolemint.role";
/** Where a service is that names no network. */
export const DEFAULT_NETWORK = "default";

/** `file` is what a compose file says, aliases resolved. Never throws: what has a wrong form is left out. */
export function projectOf(file: unknown): ComposeProject {
  const top = mappingOf(file);
  const services = Object.entries(mappingOf(top["services"]));
  return {
    services: services.map(([name, service]) => serviceOf(name, mappingOf(service))),
    networks: Object.entries(mappingOf(top["networks"])).map(([name, network]) => networkOf(name, mappingOf(network))),
    volumes: Object.entries(mappingOf(top["volumes"])).map(([name, volume]) => ({
      name,
      engineName: textOf(mappingOf(volume)["name"]) || name,
    })),
    notFollowed: [
      ...("include" in top ? ["include"] : []),
      ...(services.some(([, service]) => "extends" in mappingOf(service)) ? ["extends"] : []),
    ],
  };
}

/** The second file laid over the first: mappings are joined, lists appended, the rest replaced. */
export function overlaid(under: ComposeProject, over: ComposeProject): ComposeProject {
  return {
    services: joined(under.services, over.services, ({ name }) => name, overlaidService),
    networks: joined(
      under.networks,
      over.networks,
      ({ name }) => name,
      (_, later) => later,
    ),
    volumes: joined(
      under.volumes,
      over.volumes,
      ({ name }) => name,
      (one, later) => (later.engineName === later.name ? one : later),
    ),
    notFollowed: [...new Set([...under.notFollowed, ...over.notFollowed])],
  };
}

/** Where the service stands: compose puts one that says nothing on the network `default`. */
export function attachmentsOf({ networks, networkMode }: ComposeService): readonly Attachment[] {
  if (networkMode !== undefined || networks.length > 0) return networks;
  return [{ network: DEFAULT_NETWORK, linkLocal: [] }];
}

/** The service's addresses of 169.254.0.0/16. */
export function linkLocalOf({ networks }: ComposeService): readonly string[] {
  const all = networks.flatMap(({ linkLocal, ipv4 }) => [...linkLocal, ...(ipv4 === undefined ? [] : [ipv4])]);
  return all.filter(isLinkLocal);
}

export function isLinkLocal(address: string): boolean {
  return address.startsWith("169.254.");
}

/** The instance of a holder: a service of ours that owns the namespace another one joins. */
export function heldInstance({ command }: ComposeService): string | undefined {
  const at = command.indexOf("--instance");
  return command.includes("serve") && command.includes("holder") && at >= 0 ? command[at + 1] : undefined;
}

/** Of rolemint itself. */
export function isOurs(service: ComposeService): boolean {
  return service.labels[PART_LABEL] !== undefined || heldInstance(service) !== undefined;
}

/** Whether the service has a capability, as far as the file tells; what is added stays though it is dropped as well. */
export function hasCapability({ capAdd, capDrop, isPrivileged }: ComposeService, name: string): boolean {
  const isDefault = name === "NET_RAW";
  const isDropped = capDrop.includes(name) || capDrop.includes("ALL");
  return isPrivileged || capAdd.includes(name) || capAdd.includes("ALL") || (isDefault && !isDropped);
}

function serviceOf(name: string, service: Readonly<Record<string, unknown>>): ComposeService {
  const { network_mode: networkMode, pid: pidMode, container_name: containerName, command, volumes } = service;
  return {
    name,
    ...(typeof networkMode === "string" && { networkMode }),
    ...(typeof pidMode === "string" && { pidMode }),
    networks: attachments(service["networks"]),
    labels: definedOf(pairsOf(service["labels"])),
    environment: pairsOf(service["environment"]),
    envFiles: listOf(service["env_file"]).map((file) => textOf(isMapping(file) ? file["path"] : file)),
    capAdd: listOf(service["cap_add"]).map(capability),
    capDrop: listOf(service["cap_drop"]).map(capability),
    isPrivileged: service["privileged"] === true,
    command: typeof command === "string" ? command.trim().split(/\s+/) : listOf(command).map(textOf),
    mounts: listOf(volumes).map(mountOf),
    volumesFrom: listOf(service["volumes_from"]).map((from) => textOf(from).replace(/^container:|:r[ow]$/g, "")),
    ...(typeof containerName === "string" && { containerName }),
    replicas: Number(mappingOf(service["deploy"])["replicas"] ?? service["scale"] ?? 1),
  };
}

function attachments(networks: unknown): readonly Attachment[] {
  if (Array.isArray(networks)) return networks.map((network) => ({ network: textOf(network), linkLocal: [] }));
  return Object.entries(mappingOf(networks)).map(([network, options]) => {
    const { link_local_ips: linkLocal, ipv4_address: ipv4 } = mappingOf(options);
    return { network, linkLocal: listOf(linkLocal).map(textOf), ...(ipv4 !== undefined && { ipv4: textOf(ipv4) }) };
  });
}

function networkOf(name: string, network: Readonly<Record<string, unknown>>): ComposeNetwork {
  const ranges = listOf(mappingOf(network["ipam"])["config"]);
  const subnets = ranges.map((range) => textOf(mappingOf(range)["subnet"])).filter((subnet) => subnet !== "");
  return { name, isInternal: network["internal"] === true, subnets };
}

function mountOf(volume: unknown): Mount {
  if (isMapping(volume)) return { source: textOf(volume["source"]), target: textOf(volume["target"]) };
  const [source = "", target = source] = textOf(volume).split(":");
  return { source, target };
}

function overlaidService(under: ComposeService, over: ComposeService): ComposeService {
  return {
    ...under,
    ...(over.networkMode !== undefined && { networkMode: over.networkMode }),
    ...(over.pidMode !== undefined && { pidMode: over.pidMode }),
    networks: joined(
      under.networks,
      over.networks,
      ({ network }) => network,
      (one, other) => ({ ...one, ...other, linkLocal: [...one.linkLocal, ...other.linkLocal] }),
    ),
    labels: { ...under.labels, ...over.labels },
    environment: { ...under.environment, ...over.environment },
    envFiles: [...under.envFiles, ...over.envFiles],
    capAdd: [...under.capAdd, ...over.capAdd],
    capDrop: [...under.capDrop, ...over.capDrop],
    isPrivileged: under.isPrivileged || over.isPrivileged,
    command: over.command.length > 0 ? over.command : under.command,
    mounts: joined(
      under.mounts,
      over.mounts,
      ({ target }) => target,
      (_, later) => later,
    ),
    volumesFrom: [...under.volumesFrom, ...over.volumesFrom],
    ...(over.containerName !== undefined && { containerName: over.containerName }),
    replicas: over.replicas === 1 ? under.replicas : over.replicas,
  };
}

/** What both have is overlaid, in the order of the first. */
function joined<Item>(
  under: readonly Item[],
  over: readonly Item[],
  keyOf: (item: Item) => string,
  overlay: (one: Item, other: Item) => Item,
): readonly Item[] {
  const all = new Map(under.map((item) => [keyOf(item), item]));
  for (const item of over) {
    const known = all.get(keyOf(item));
    all.set(keyOf(item), known === undefined ? item : overlay(known, item));
  }
  return [...all.values()];
}

/** `KEY=value` lines or a mapping. */
function pairsOf(value: unknown): Record<string, string | undefined> {
  if (!Array.isArray(value)) {
    const pairs = Object.entries(mappingOf(value));
    return Object.fromEntries(pairs.map(([key, each]) => [key, each === null ? undefined : textOf(each)]));
  }
  return Object.fromEntries(
    value.map(textOf).map((line) => {
      const at = line.indexOf("=");
      return at < 0 ? [line, undefined] : [line.slice(0, at), line.slice(at + 1)];
    }),
  );
}

function definedOf(pairs: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(Object.entries(pairs).map(([key, value]) => [key, value ?? ""]));
}

function capability(name: unknown): string {
  return textOf(name).toUpperCase().replace(/^CAP_/, "");
}

function isMapping(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function mappingOf(value: unknown): Readonly<Record<string, unknown>> {
  return isMapping(value) ? value : {};
}

function listOf(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  return value === undefined || value === null ? [] : [value];
}

function textOf(value: unknown): string {
  return value === undefined || value === null || typeof value === "object" ? "" : String(value);
}
