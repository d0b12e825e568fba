import { described, integer, list, oneOf, required, string, struct, timestamp, type ValueOf } from "@rolemint/wire";
import { type Instance, nameOf, profileOf, runningInstances, scheduleOf, type World } from "@rolemint/world";
import { type ControlSurroundings, controlAction } from "./action.ts";
import { ScheduleView, scheduleView } from "./schedules.ts";

const Toggle = required(oneOf("enabled", "disabled"));

const InstanceView = struct({
  Name: required(string()),
  InstanceId: required(string()),
  Endpoint: described(string(), "URL of its metadata service, where it has one of its own"),
  Address: string(),
  Role: string(),
  InstanceProfileArn: string(),
  Generation: described(integer(), "of what callers with a metadata token get, as are the next two"),
  AccessKeyId: string(),
  Expiration: timestamp(),
  Rotation: required(
    described(ScheduleView, "the schedule in force: its own or the world's, or a fault's while one acts"),
  ),
  MetadataOptions: required(
    struct({
      HttpTokens: required(oneOf("optional", "required")),
      HttpPutResponseHopLimit: required(integer()),
      HttpEndpoint: Toggle,
      HttpProtocolIpv6: Toggle,
      InstanceMetadataTags: Toggle,
    }),
  ),
  Warnings: described(
    list(struct({ Time: required(timestamp()), Code: required(string()), Message: required(string()) })),
    "what is wrong with its use of credentials; absent when nothing is",
  ),
});

export const ListInstances = controlAction({
  name: "ListInstances",
  says: "Every running instance, in the order of their making; never a secret.",
  input: struct({}),
  output: struct({ Instances: required(list(InstanceView)) }),
  handle: (_, surroundings) => ({
    Instances: runningInstances(surroundings.world).map((instance) => instanceView(instance, surroundings)),
  }),
});

function instanceView(instance: Instance, { world, endpointOf }: ControlSurroundings): ValueOf<typeof InstanceView> {
  const { options, association } = instance;
  return {
    Name: nameOf(instance),
    InstanceId: instance.id,
    Endpoint: endpointOf(instance.id),
    Address: instance.address,
    Role: roleOf(world, instance),
    InstanceProfileArn: association?.profileArn,
    ...credentialView(world, instance),
    Rotation: scheduleView(scheduleOf(world, instance)),
    MetadataOptions: {
      HttpTokens: options.tokens,
      HttpPutResponseHopLimit: options.hopLimit,
      HttpEndpoint: options.endpoint,
      HttpProtocolIpv6: options.ipv6,
      InstanceMetadataTags: options.tags,
    },
    ...warningsView(world, instance),
  };
}

/** The role whose credentials the metadata shows, else the one that stands in the profile now. */
function roleOf(world: World, instance: Instance): string | undefined {
  return world.rotation.current(instance)?.roleName ?? profileOf(world, instance)?.roleName;
}

/** Of the set that callers with a metadata token get. */
function credentialView(world: World, instance: Instance) {
  const generation = world.rotation.current(instance);
  const keys = generation?.keys.find((set) => set.delivery === "2.0");
  if (!generation || !keys) return {};
  return { Generation: generation.number, AccessKeyId: keys.accessKeyId, Expiration: generation.stated };
}

function warningsView(world: World, { id }: Instance) {
  const warnings = world.warnings.of(id);
  if (warnings.length === 0) return {};
  return { Warnings: warnings.map(({ time, code, message }) => ({ Time: time, Code: code, Message: message })) };
}
