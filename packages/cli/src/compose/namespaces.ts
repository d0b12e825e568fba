// Whose network namespace a service stands in. Who joins another's has its addresses, and so its role.
import type { ComposeService } from "./service.ts";

/**
 * The service in whose namespace this one stands, by way of others if need be. Undefined where it has its own, and
 * where the files do not tell. https://docs.docker.com/reference/compose-file/services/#network_mode
 */
export function ownerOf(service: ComposeService, services: readonly ComposeService[]): ComposeService | undefined {
  const passed = new Set([service.name]);
  let owner = joinedBy(service, services);
  while (owner !== undefined && !passed.has(owner.name)) {
    const next = joinedBy(owner, services);
    if (next === undefined) return owner;
    passed.add(owner.name);
    owner = next;
  }
  return undefined;
}

/** The container that the service joins, as it says it; undefined where it joins none. */
export function joinedContainer({ networkMode }: ComposeService): string | undefined {
  return networkMode?.startsWith("container:") ? networkMode.slice("container:".length) : undefined;
}

function joinedBy(service: ComposeService, services: readonly ComposeService[]): ComposeService | undefined {
  const container = joinedContainer(service);
  if (container !== undefined) return ofContainer(container, services);
  return services.find(({ name }) => service.networkMode === `service:${name}`);
}

/** Without a name of its own a container is PROJECT-SERVICE-1; any project's, since the files may not name theirs. */
function ofContainer(container: string, services: readonly ComposeService[]): ComposeService | undefined {
  const own = services.find(({ containerName }) => containerName === container);
  const [stem] = /^.+(?=[-_]\d+$)/.exec(container) ?? [""];
  const fitting = services.filter(
    ({ name, containerName }) =>
      containerName === undefined && (stem.endsWith(`-${name}`) || stem.endsWith(`_${name}`)),
  );
  return own ?? fitting.toSorted((one, other) => other.name.length - one.name.length)[0];
}
