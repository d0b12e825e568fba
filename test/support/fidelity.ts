// Writes docs/fidelity.md: what is served of each service, and what is not, read from the code itself.
import { writeFileSync } from "node:fs";
import { cloudtrailActions } from "@rolemint/control-plane/cloudtrail/index";
import { CLOUDTRAIL_OPERATION_NAMES } from "@rolemint/control-plane/cloudtrail/operation-names";
import { ec2Actions } from "@rolemint/control-plane/ec2/index";
import { EC2_OPERATION_NAMES } from "@rolemint/control-plane/ec2/operation-names";
import { iamActions } from "@rolemint/control-plane/iam/index";
import { IAM_OPERATION_NAMES } from "@rolemint/control-plane/iam/operation-names";
import { stsActions } from "@rolemint/control-plane/sts/index";
import { STS_OPERATION_NAMES } from "@rolemint/control-plane/sts/operation-names";
import { METADATA } from "@rolemint/imds/metadata";
import { operations as s3Operations } from "@rolemint/s3-authorizer/operations";

const SERVICES = {
  IAM: [iamActions, IAM_OPERATION_NAMES],
  STS: [stsActions, STS_OPERATION_NAMES],
  EC2: [ec2Actions, EC2_OPERATION_NAMES],
  CloudTrail: [cloudtrailActions, CLOUDTRAIL_OPERATION_NAMES],
} as const;

export const FILE = "docs/fidelity.md";

export function fidelityText(): string {
  const services = Object.entries(SERVICES).map(([name, [actions, names]]) => {
    const served = [...actions.values()].map((action) => {
      const { lacks } = action.input;
      return lacks.length === 0 ? `\`${action.name}\`` : `\`${action.name}\` (without ${lacks.join(", ")})`;
    });
    const lacking = [...names].filter((one) => !actions.has(one));
    const others =
      lacking.length > 60
        ? `the other ${lacking.length} of AWS's model`
        : lacking.map((one) => `\`${one}\``).join(", ");
    return `## ${name}\n\nServed: ${served.join(", ")}.\n\nNot served (501 with the name): ${others}.\n`;
  });
  const operations = Object.entries(s3Operations);
  const servedS3 = operations.filter(([, row]) => "served" in row).map(([name]) => `\`${name}\``);
  const lackingS3 = operations.filter(([, row]) => !("served" in row)).map(([name]) => `\`${name}\``);
  const paths = METADATA.map(([path]) => `\`${path}\``).join(", ");
  return `<!-- Made by test/support/fidelity.ts from the code; \`make docs\` writes it anew. -->
# Fidelity: what is as on AWS, and what is not

What is not served answers 501 with its name, in the service's own error format. A member that AWS models and an action here
lacks answers 501 as well; nothing is ignored.

${services.join("\n")}
## S3

Served: ${servedS3.join(", ")}.

Not served (501 with the name): ${lackingS3.join(", ")}.

A header that asks for encryption, tagging, object lock or a storage class other than \`STANDARD\` answers 501 naming it.
Buckets have no ACLs: of the canned ones \`bucket-owner-full-control\` is taken, and \`private\`, which AWS refuses in such a
bucket; others are refused as on AWS. Objects have no versions but \`null\`; any other version id answers 400, where S3
answers 404 to a well-formed one. POST forms, SigV2 and SigV4A are not taken (boto3 and the AWS CLI v1 presign with SigV2
unless told \`signature_version = s3v4\`). An object that came without a checksum has none, where S3 would compute
CRC64NVME. A key with a NUL is refused.

## Instance metadata

Served: ${paths}.

Not served (404, as for a path that an instance has not): block devices, public keys, spot, autoscaling and events beyond
maintenance; \`identity-credentials\`; \`pkcs7\`, \`rsa2048\` and \`signature\` of the identity document; IPv6, but for
a holder's apps. The hop limit is stored and shown; in containers it is the IP TTL of token answers, in the endpoint topology
it has no effect.

## Faults

[guides/faults.md](guides/faults.md) has every fault. Nothing fails by itself: each is asked for, and AWS promises none of
them. Where one is not what happens on EC2:

${FAULTS.map((fault) => `- ${fault}`).join("\n")}

## Differences that are choices

${CHOICES.map((choice) => `- ${choice}`).join("\n")}
`;
}

const FAULTS = [
  "`imds.disabled form=refused` and `imds.unreachable mode=reset` take the connection and reset it: a listener that many instances share cannot be closed for one of them. A closed port would refuse it.",
  "`imds.unreachable mode=hang`, `imds.throttle kind=drop` and `imds.hop-limit` read the request and never answer, where on EC2 packets are lost: a client waits for an answer, and not to be connected. Packets are lost with `mode=drop` alone, in the compose topology with the service `net-faults`. The hop limit itself (`HttpPutResponseHopLimit`) works on packets, in containers.",
  "`imds.ipv6-only` needs a holder with IPv6; `clock.skew-client` and `clock.sleep-resume` need power over the program: `rolemint exec`, or the kit for testcontainers. Elsewhere they are refused with 409.",
  "`imds.throttle` has rates of its own, since AWS's are not public.",
  "Headers and bodies of 429 and 500, and what a service without tokens answers (`imds.v1-only`), are not recorded: they are taken to be like EC2's other refusals.",
  "`s3.expire-after-accept`: when S3 looks at the token of a long upload AWS does not say, so both are there.",
  "`sts.throttle` and `sts.5xx` are of AssumeRole alone; `s3.slow-down` is S3's at random, where AWS throttles by prefix and rate.",
  "`creds.propagation-delay` and `role.policy-change` are later by a fixed time, where on AWS each region has its own.",
  "Only sessions of roles meet faults at S3 and the APIs: calls of the account's root key and of users never do.",
  "Not there of the catalogue that these faults are from: an STS endpoint whose name does not resolve (ST3), token files of web identity (FI), the credential endpoints of ECS and EKS (EC), and what a proxy, DNS or a cut network does to an app (NE).",
];

const CHOICES = [
  "One account and one region in a world. Principals of other accounts can be named in policies, but nobody signs as them.",
  "A bucket policy may name any other account, as if it existed, and of other accounts only users and roles that are known.",
  "Block Public Access is kept by bucket; the settings of the account, which AWS adds to it, do not exist.",
  "Service control policies, resource control policies and VPC endpoint policies do not exist.",
  'A trust policy with `Principal: {"AWS":"*"}` lets a caller of the account assume the role only with an identity policy that allows it; AWS says only that naming the user or the role suffices without.',
  "MFA, SAML and web identity do not exist: `SerialNumber`, `TokenCode` and `ProvidedContexts` of AssumeRole answer 501.",
  "Packed policy size is computed by characters, since AWS's packing is not public.",
  "A simulated instance is running at once; stop and start do not exist. An association is associated in the next Describe.",
  "A launch uses an image, a subnet and the like that do not exist: of an image only its id is known to conditions (`ec2:Owner`, `ec2:Public` hold for none), a volume is never encrypted.",
  "A change is seen by every later request: propagation delay does not happen by itself; in containers a data plane that does not answer within a second may lag.",
  "IAM's calls are recorded for us-east-1, where AWS calls IAM from everywhere, and LookupEvents shows them in any region.",
  "A change is in the trail at once, where AWS delivers within minutes. S3 reads and refusals reach the trail a moment later; a process that is killed loses those not yet written.",
  "Unique ids of AWS's own managed policies are made up; a subset of 23 of these policies is there.",
  "Generations that would have ended while the process was away or the clock was moved are counted, not minted.",
  "Credentials of IMDSv1 are minted only while tokens are optional.",
  "Acknowledged changes survive the death of the process (`kill -9`), not a power loss.",
];

if (process.argv[1]?.endsWith("fidelity.ts")) writeFileSync(FILE, fidelityText());
