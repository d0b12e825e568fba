// The rolemint.yaml that `rolemint init` writes: a world that works as it stands, and the settings people ask for next
// behind a `#` without a space, ready to be uncommented.

export function initialConfigText(): string {
  return STARTER;
}

const STARTER = `# The world that rolemint simulates. docs/configuration.md lists every key.
version: 1
account: "111122223333"
region: us-east-1

# When credentials of instances are renewed: ec2 as on AWS (6 hours, renewed hourly), or fast, edge, tiny, frozen, or
# durations of your own.
rotation: ec2
#rotation: { lifetime: 6h20m, renewEvery: 1h }

roles:
  app:
    # Who may assume the role: a service, or a whole trust policy.
    trust: ec2.amazonaws.com
    managedPolicies:
      - arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess
    # Policies are AWS policy documents, inline or in a file beside this one: own-prefix: { file: ./own-prefix.json }
    inlinePolicies:
      own-prefix:
        Version: "2012-10-17"
        Statement:
          - Effect: Allow
            Action: s3:PutObject
            Resource: arn:aws:s3:::demo/app/*

instances:
  web:
    # Makes the instance profile "app" as well, as the console does. An instance without a role gets no credentials.
    role: app
    #metadata: { tokens: optional, hopLimit: 2 }
    #tags: { team: storefront }

buckets:
  demo: {}
  # The files of a directory become objects when the bucket is made.
  #seeded: { objects: ./seed }

# What goes wrong, and when: docs/guides/faults.md lists what there is.
#faults:
#  - { name: imds.slow, target: web, when: next-refresh, for: 10m, parameters: { firstByte: 2s } }
#  - { preset: boot-before-role, target: web }

# Long-term keys, for what runs outside of an instance.
#users:
#  ci:
#    accessKeys: [{ id: AKIAIOSFODNN7EXAMPLE, secret: wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY }]
#    managedPolicies: [arn:aws:iam::aws:policy/AmazonS3FullAccess]
`;
