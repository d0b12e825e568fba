// Describe filters: a table of what each filter name looks at. Values are patterns with `*` and `?`; values of one
// filter are or-ed, filters are and-ed. A name that is not in the table is refused, never ignored.
import { AwsError } from "@rolemint/wire";
import { type Instance, networkOf, type World } from "@rolemint/world";
import { stateOf } from "./views.ts";

type Look<Row> = (row: Row, world: World) => readonly string[];

export const INSTANCE_FILTERS = {
  "instance-id": (instance) => [instance.id],
  "instance-state-name": (instance) => [stateOf(instance).Name],
  "instance-state-code": (instance) => [String(stateOf(instance).Code)],
  "instance-type": (instance) => [instance.instanceType],
  "image-id": (instance) => [instance.imageId],
  "key-name": (instance) => (instance.keyName === undefined ? [] : [instance.keyName]),
  "client-token": (instance) => (instance.clientToken === undefined ? [] : [instance.clientToken]),
  "reservation-id": (instance) => [instance.reservationId],
  "owner-id": (instance) => [instance.accountId],
  "iam-instance-profile.arn": (instance) => (instance.association ? [instance.association.profileArn] : []),
  "iam-instance-profile.id": (instance) => (instance.association ? [instance.association.profileId] : []),
  "private-ip-address": (instance, world) => [networkOf(world, instance).privateIp],
  "ip-address": (instance, world) => [networkOf(world, instance).publicIp],
  "availability-zone": (instance, world) => [networkOf(world, instance).zone],
  "vpc-id": (instance, world) => [networkOf(world, instance).vpcId],
  "subnet-id": (instance, world) => [networkOf(world, instance).subnetId],
  "metadata-options.http-tokens": (instance) => [instance.options.tokens],
  "metadata-options.http-endpoint": (instance) => [instance.options.endpoint],
  "metadata-options.http-put-response-hop-limit": (instance) => [String(instance.options.hopLimit)],
  "metadata-options.instance-metadata-tags": (instance) => [instance.options.tags],
  "tag-key": (instance) => instance.tags.map((tag) => tag.Key),
  "tag-value": (instance) => instance.tags.map((tag) => tag.Value),
} satisfies Record<string, Look<Instance>>;

export const ASSOCIATION_FILTERS = {
  "instance-id": (instance) => [instance.id],
  state: () => ["associated"],
} satisfies Record<string, Look<Instance>>;

export interface FilterInput {
  readonly Name?: string | undefined;
  readonly Values?: readonly string[] | undefined;
}

/** The rows that pass every filter. Throws `InvalidParameterValue` for a filter that the table lacks. */
export function filtered(
  world: World,
  instances: readonly Instance[],
  filters: readonly FilterInput[] | undefined,
  table: Readonly<Record<string, Look<Instance>>>,
): Instance[] {
  const tests = (filters ?? []).map(({ Name = "", Values = [] }) => {
    const look = lookOf(Name, table);
    if (!look) throw new AwsError("InvalidParameterValue", 400, `The filter '${Name}' is invalid`);
    const patterns = Values.map(pattern);
    return (instance: Instance) => look(instance, world).some((value) => patterns.some((one) => one.test(value)));
  });
  return instances.filter((instance) => tests.every((test) => test(instance)));
}

function lookOf(name: string, table: Readonly<Record<string, Look<Instance>>>): Look<Instance> | undefined {
  const key = name.startsWith("tag:") ? name.slice(4) : undefined;
  if (key !== undefined && table === INSTANCE_FILTERS) {
    return (instance) => instance.tags.filter((tag) => tag.Key === key).map((tag) => tag.Value);
  }
  return Object.hasOwn(table, name) ? table[name] : undefined;
}

/** Consecutive stars count as one, so that a pattern cannot make the match slow. */
function pattern(text: string): RegExp {
  const escaped = text
    .replace(/[.+^${}()|[\]\\]/g, "\\$&")
    .replace(/\*+/g, ".*")
    .replaceAll("?", ".");
  return new RegExp(`^${escaped}$`, "s");
}
