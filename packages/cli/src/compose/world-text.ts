// The rolemint.yaml of a compose project: an instance a service, and each role with a policy to start from.
import type { Adopted } from "./adopt.ts";
import { keyText, OVERRIDE_FILE } from "./override.ts";

export function worldText(services: readonly Adopted[], region: string): string {
  const roles = [...new Set(services.map(({ role }) => role))];
  return `# The world that rolemint simulates for this compose project. docs/configuration.md lists every key.
version: 1
account: "111122223333"
region: ${region}

# When credentials of instances are renewed: ec2 as on AWS (6 hours, renewed hourly), or fast, edge, tiny, frozen, or
# durations of your own.
rotation: ec2
#rotation: { lifetime: 6h20m, renewEvery: 1h }

roles:
${roles.map(roleText).join("\n")}
# An address is the one in ${OVERRIDE_FILE}: whoever calls from it is the instance.
instances:
${services.map(instanceText).join("")}    #metadata: { tokens: optional, hopLimit: 2 }
    #tags: { team: storefront }

buckets:
  demo: {}
  # The files of a directory become objects when the bucket is made.
  #seeded: { objects: ./seed }
`;
}

function roleText(role: string, index: number): string {
  const more = `    # Policies are AWS policy documents, inline or in a file beside this one: own: { file: ./own.json }
    #inlinePolicies:
    #  own-prefix:
    #    Version: "2012-10-17"
    #    Statement:
    #      - { Effect: Allow, Action: "s3:PutObject", Resource: "arn:aws:s3:::demo/own/*" }
`;
  return `  ${keyText(role)}:
    trust: ec2.amazonaws.com
    # An example: put what the role may do here.
    managedPolicies:
      - arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess
${index === 0 ? more : ""}`;
}

function instanceText({ service, role, address }: Adopted): string {
  return `  ${keyText(service)}:
    role: ${keyText(role)}
    address: ${address}
`;
}
