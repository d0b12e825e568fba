import { type Instance, nameOf, profileOf, runningInstances, type World } from "@rolemint/world";
import { type ControlAction, type ControlSurroundings, iso } from "./action.ts";

/** Every running instance, in the order of their making. Never a secret. */
export const ListInstances: ControlAction = {
  name: "ListInstances",
  members: {},
  handle: (_, surroundings) => ({
    Instances: runningInstances(surroundings.world).map((instance) => instanceView(instance, surroundings)),
  }),
};

function instanceView(instance: Instance, { world, endpointOf }: ControlSurroundings): object {
  const { options, association } = instance;
  const role = roleOf(world, instance);
  return {
    Name: nameOf(instance),
    InstanceId: instance.id,
    Endpoint: endpointOf(instance.id),
    ...(instance.address !== undefined && { Address: instance.address }),
    ...(role !== undefined && { Role: role }),
    ...(association && { InstanceProfileArn: association.profileArn }),
    ...credentialView(world, instance),
    MetadataOptions: {
      HttpTokens: options.tokens,
      HttpPutResponseHopLimit: options.hopLimit,
      HttpEndpoint: options.endpoint,
      HttpProtocolIpv6: options.ipv6,
      InstanceMetadataTags: options.tags,
    },
  };
}

/** The role whose credentials the metadata shows, else the one that stands in the profile now. */
function roleOf(world: World, instance: Instance): string | undefined {
  return world.rotation.current(instance)?.roleName ?? profileOf(world, instance)?.roleName;
}

/** Of the set that callers with a metadata token get. */
function credentialView(world: World, instance: Instance): object {
  const generation = world.rotation.current(instance);
  const keys = generation?.keys.find((set) => set.delivery === "2.0");
  if (!generation || !keys) return {};
  return { Generation: generation.number, AccessKeyId: keys.accessKeyId, Expiration: iso(generation.stated) };
}
