// A simulated instance: it has metadata, a listener of its own and a name, and nothing runs on it.
// https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_RunInstances.html
import type { ConditionContext } from "@rolemint/authority";
import { integer, list, named, notImplemented, required, string, struct } from "@rolemint/wire";
import {
  type Account,
  addInstance,
  attachProfile,
  DEFAULT_OPTIONS,
  ec2Arn,
  type Instance,
  networkOf,
  type World,
} from "@rolemint/world";
import { requestTagContext, type TagInput } from "../tag-context.ts";
import { action } from "./action.ts";
import { passRoleNeeds, profileBySpecification, profileContext, regionContext } from "./lookup.ts";
import { changedOptions, type OptionsInput } from "./metadata-options.ts";
import { DryRun, metadataOptionMembers, ProfileSpecification, reservationMembers, Tag } from "./shapes.ts";
import { checkedTags } from "./tags.ts";
import { instanceView, PENDING } from "./views.ts";

const TagSpecification = struct({ ResourceType: string(), Tags: named(list(Tag), { sent: "Tag" }) });

/** Members of AWS's model that would change what is launched in ways that a simulated instance has not. */
const LACKS = [
  "BlockDeviceMapping",
  "Ipv6AddressCount",
  "Ipv6Address",
  "KernelId",
  "Monitoring",
  "Placement",
  "RamdiskId",
  "SecurityGroupId",
  "SecurityGroup",
  "SubnetId",
  "ElasticGpuSpecification",
  "ElasticInferenceAccelerator",
  "LaunchTemplate",
  "InstanceMarketOptions",
  "CreditSpecification",
  "CpuOptions",
  "CapacityReservationSpecification",
  "HibernationOptions",
  "LicenseSpecification",
  "EnclaveOptions",
  "PrivateDnsNameOptions",
  "MaintenanceOptions",
  "DisableApiStop",
  "EnablePrimaryIpv6",
  "NetworkPerformanceOptions",
  "Operator",
  "SecondaryInterface",
  "DisableApiTermination",
  "InstanceInitiatedShutdownBehavior",
  "PrivateIpAddress",
  "AdditionalInfo",
  "NetworkInterface",
  "EbsOptimized",
];

/** What AWS tags at a launch besides, and what no simulated instance has. */
const LACKING_TAGS: ReadonlySet<string> = new Set([
  "elastic-gpu",
  "network-interface",
  "spot-instances-request",
  "volume",
]);

export const RunInstances = action({
  name: "RunInstances",
  input: struct(
    {
      ImageId: string(),
      InstanceType: string(),
      MinCount: required(integer()),
      MaxCount: required(integer()),
      KeyName: string(),
      UserData: string(),
      IamInstanceProfile: ProfileSpecification,
      MetadataOptions: struct(metadataOptionMembers),
      TagSpecifications: named(list(TagSpecification), { sent: "TagSpecification" }),
      ClientToken: string({ max: 64 }),
      DryRun,
    },
    LACKS,
  ),
  output: struct(reservationMembers),
  errors: [
    "IdempotentParameterMismatch",
    "InvalidAMIID.Malformed",
    "InvalidParameterCombination",
    "InvalidParameterValue",
    "InvalidUserData.Malformed",
    "MissingParameter",
    "TagLimitExceeded",
  ],
  needs({ world, account, input }) {
    const instance = ec2Arn(world.region, account.id, "instance", "*");
    const tags = instanceTags(input);
    return [
      ...launchNeeds(world, account, input, tags),
      ...(tags.length > 0
        ? [
            {
              action: "ec2:CreateTags",
              resource: instance,
              context: { ...regionContext(world), ...requestTagContext(tags), "ec2:createaction": "RunInstances" },
            },
          ]
        : []),
      ...passRoleNeeds(account, input.IamInstanceProfile, instance),
    ];
  },
  handle({ world, account, input, ids, fail }) {
    const earlier = earlierLaunch(account, input.ClientToken);
    if (earlier.length > 0) {
      if (isSameLaunch(input, earlier)) return reservationOf(world, earlier);
      const text = "Arguments on this idempotent request are inconsistent with arguments used in previous request(s).";
      throw fail("IdempotentParameterMismatch", text);
    }
    const { MinCount, MaxCount } = input;
    if (MinCount < 1 || MaxCount < MinCount) {
      throw fail("InvalidParameterValue", "Invalid value for min and max number of instances.");
    }
    if (MaxCount > 1000) throw fail("InvalidParameterValue", "At most 1000 instances can be launched in one request.");
    if (input.ImageId !== undefined && !/^ami-(?:[0-9a-f]{8}|[0-9a-f]{17})$/.test(input.ImageId)) {
      throw fail("InvalidAMIID.Malformed", `Invalid id: "${input.ImageId}"`);
    }
    if (input.InstanceType !== undefined && !/^[a-z0-9-]+\.[a-z0-9-]+$/.test(input.InstanceType)) {
      throw fail("InvalidParameterValue", `Invalid value '${input.InstanceType}' for InstanceType.`);
    }
    if (input.UserData !== undefined && !isBase64(input.UserData)) {
      throw fail("InvalidUserData.Malformed", "Invalid BASE64 encoding of user data.");
    }
    if (Buffer.from(input.UserData ?? "", "base64").length > 16384) {
      throw fail("InvalidParameterValue", "User data is limited to 16384 bytes");
    }
    const profile = input.IamInstanceProfile && profileBySpecification(account, input.IamInstanceProfile, fail);
    for (const { ResourceType = "" } of input.TagSpecifications ?? []) {
      if (LACKING_TAGS.has(ResourceType)) throw notImplemented(`RunInstances TagSpecification of ${ResourceType}`);
      if (ResourceType !== "instance") {
        throw fail(
          "InvalidParameterValue",
          `'${ResourceType}' is not a valid taggable resource type for this operation.`,
        );
      }
    }
    const tags = checkedTags(instanceTags(input), fail);
    const options = changedOptions(DEFAULT_OPTIONS, input.MetadataOptions ?? {}, tags, fail);
    const reservationId = ids.hex17("r-");
    const launched = Array.from({ length: MaxCount }, (_, launchIndex) => {
      const instance = addInstance(world, {
        reservationId,
        launchIndex,
        imageId: input.ImageId,
        instanceType: input.InstanceType,
        keyName: input.KeyName,
        userData: input.UserData || undefined,
        clientToken: input.ClientToken,
        tags,
        options,
      });
      return profile ? attachProfile(world, instance, profile) : instance;
    });
    return reservationOf(world, launched);
  },
});

interface LaunchInput {
  readonly ImageId?: string | undefined;
  readonly InstanceType?: string | undefined;
  readonly KeyName?: string | undefined;
  readonly MaxCount: number;
  readonly IamInstanceProfile?: { readonly Arn?: string | undefined; readonly Name?: string | undefined } | undefined;
  readonly MetadataOptions?: OptionsInput | undefined;
  readonly TagSpecifications?:
    | readonly { readonly ResourceType?: string | undefined; readonly Tags?: readonly TagInput[] | undefined }[]
    | undefined;
}

/**
 * RunInstances is allowed only when it is allowed on everything that a launch makes or uses, each with the condition
 * keys of its own kind: a condition on the instance's type says nothing of the image.
 * https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2.html#amazonec2-actions-as-permissions
 */
function launchNeeds(world: World, account: Account, input: LaunchInput, tags: readonly TagInput[]) {
  const network = networkOf(world, { id: "any", order: 0 } as Instance);
  const arn = (kind: string, id: string) => ec2Arn(world.region, account.id, kind, id);
  const zone = { "ec2:availabilityzone": network.zone };
  const vpc = { "ec2:vpc": arn("vpc", network.vpcId) };
  const subnet = arn("subnet", network.subnetId);
  const image = input.ImageId ?? "ami-0abcdef1234567890";
  const options = input.MetadataOptions ?? {};
  const instance = {
    ...requestTagContext(tags),
    ...zone,
    "ec2:tenancy": "default",
    "ec2:instancemarkettype": "on-demand",
    "ec2:instancetype": input.InstanceType ?? "t3.micro",
    "ec2:instancemetadatatags": options.InstanceMetadataTags ?? DEFAULT_OPTIONS.tags,
    "ec2:metadatahttptokens": options.HttpTokens ?? DEFAULT_OPTIONS.tokens,
    "ec2:metadatahttpendpoint": options.HttpEndpoint ?? DEFAULT_OPTIONS.endpoint,
    "ec2:metadatahttpputresponsehoplimit": String(options.HttpPutResponseHopLimit ?? DEFAULT_OPTIONS.hopLimit),
    ...profileContext("ec2:instanceprofile", account, input.IamInstanceProfile),
  };
  const used: [resource: string, keys: ConditionContext][] = [
    [arn("instance", "*"), instance],
    [`arn:aws:ec2:${world.region}::image/${image}`, { "ec2:imageid": image }],
    [arn("network-interface", "*"), { ...zone, ...vpc, "ec2:subnet": subnet }],
    [arn("security-group", network.securityGroupId), { ...vpc, "ec2:securitygroupid": network.securityGroupId }],
    [subnet, { ...zone, ...vpc, "ec2:subnetid": network.subnetId }],
    [arn("volume", "*"), { ...zone, "ec2:encrypted": "false" }],
  ];
  if (input.KeyName !== undefined) used.push([arn("key-pair", input.KeyName), { "ec2:keypairname": input.KeyName }]);
  return used.map(([resource, keys]) => ({
    action: "ec2:RunInstances",
    resource,
    context: { ...regionContext(world), ...keys },
  }));
}

function instanceTags(input: LaunchInput): readonly TagInput[] {
  const ofInstance = (input.TagSpecifications ?? []).filter(({ ResourceType }) => ResourceType === "instance");
  return ofInstance.flatMap((specification) => specification.Tags ?? []);
}

/** Base64 as `base64` writes it, line breaks included. */
function isBase64(text: string): boolean {
  const joined = text.replace(/\s/g, "");
  return joined.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(joined);
}

function earlierLaunch(account: Account, clientToken: string | undefined): Instance[] {
  if (clientToken === undefined || clientToken === "") return [];
  return account.instances().filter((instance) => instance.clientToken === clientToken);
}

function isSameLaunch(input: LaunchInput, earlier: readonly Instance[]): boolean {
  const [first] = earlier;
  const isSame = (given: string | undefined, had: string | undefined) => given === undefined || given === had;
  return (
    earlier.length === input.MaxCount &&
    isSame(input.ImageId, first?.imageId) &&
    isSame(input.InstanceType, first?.instanceType) &&
    isSame(input.KeyName, first?.keyName)
  );
}

function reservationOf(world: World, instances: readonly Instance[]) {
  return {
    ReservationId: instances[0]!.reservationId,
    OwnerId: world.accountId,
    Groups: [],
    Instances: instances.map((instance) => instanceView(world, instance, PENDING)),
  };
}
