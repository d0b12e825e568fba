// The compose file that stands beside a user's own: rolemint's services as in docker-compose.yml, on networks and
// volumes of names that cannot clash, and for each adopted service what makes it an instance.
import { stringify } from "yaml";
import { METADATA_ADDRESS } from "../addresses.ts";
import type { Adopted, Sharer } from "./adopt.ts";
import { DEFAULT_NETWORK } from "./service.ts";

export const OVERRIDE_FILE = "compose.rolemint.yaml";
export const OUR_SERVICES = ["control-plane", "imds", "net-faults", "s3-authorizer", "minio"] as const;
const GATE = "http://169.254.171.1:4566";

export interface OverrideOptions {
  readonly services: readonly Adopted[];
  readonly sharers: readonly Sharer[];
  readonly region: string;
  /** The line that starts both files. */
  readonly command: string;
}

export function overrideText({ services, sharers, region, command }: OverrideOptions): string {
  return `# Written by \`rolemint init\`: makes services EC2 instances of the world in rolemint.yaml. Start them with
#   ${command}
# The images are built in a checkout of rolemint: \`docker compose build\`.

x-rolemint: &rolemint
  image: \${ROLEMINT_IMAGE:-rolemint:dev}
  restart: unless-stopped
  cap_drop: [ALL]
  security_opt: ["no-new-privileges:true"]
  # It stands in two networks, and must not be a way from one into the other.
  sysctls: { net.ipv4.ip_forward: 0 }

# What an instance gets: where the AWS APIs are. No key, no profile.
x-rolemint-instance: &rolemint-instance
  environment:
    AWS_ENDPOINT_URL: ${GATE}
    AWS_REGION: ${region}
    AWS_DEFAULT_REGION: ${region}
  # With it an app could take a neighbour's address.
  cap_drop: [NET_RAW]
  depends_on:
    imds: { condition: service_healthy }
    s3-authorizer: { condition: service_healthy }
    minio: { condition: service_healthy }

x-rolemint-volumes:
  - &rolemint-installation
    { type: volume, source: rolemint-installation, target: /run/rolemint, read_only: true, volume: { nocopy: true } }
  - &rolemint-storage-keys
    { type: volume, source: rolemint-storage-keys, target: /run/storage, read_only: true, volume: { nocopy: true } }

services:
${[...services.map(instanceText), ...sharers.map(sharerText)].join("\n")}
${OURS}`;
}

/** Networks are joined with the service's own; who names none would lose `default`. */
function instanceText({ service, address, isOnDefault }: Adopted): string {
  return `  ${keyText(service)}:
    <<: *rolemint-instance
    networks:
${isOnDefault ? `      ${DEFAULT_NETWORK}: {}\n` : ""}      rolemint-apps: { link_local_ips: [${address}] }
`;
}

function sharerText({ service, owner }: Sharer): string {
  return `  # Shares the network of ${owner}, and so its role.
  ${keyText(service)}:
    cap_drop: [NET_RAW]
`;
}

/** A key in quotes where it would not be a text without. */
export function keyText(name: string): string {
  return stringify(name, { version: "1.1" }).trim();
}

const OURS = `  control-plane:
    <<: *rolemint
    labels: { rolemint.part: control-plane }
    command: [serve, control-plane, --config, /etc/rolemint/rolemint.yaml]
    # It has few calls to answer: a small young generation costs nothing, and saves a fifth of its memory.
    environment: { NODE_OPTIONS: --max-semi-space-size=2 }
    networks: [rolemint-internal, rolemint-storage, rolemint-operator]
    ports: ["127.0.0.1:\${ROLEMINT_CONTROL_PORT:-}:4567"]
    volumes:
      - rolemint-state:/var/lib/rolemint
      - rolemint-installation:/run/rolemint
      - rolemint-seam:/run/rolemint-seam
      - rolemint-storage-keys:/run/storage
      # The directory of rolemint.yaml, since editors put a new file in the place of the old one.
      - \${ROLEMINT_CONFIG_DIR:-.}:/etc/rolemint:ro

  imds:
    <<: *rolemint
    labels: { rolemint.part: imds }
    command: [serve, imds]
    networks:
      rolemint-apps: { link_local_ips: [${METADATA_ADDRESS}] }
      rolemint-internal: {}
    volumes:
      - *rolemint-installation
    depends_on: [control-plane]

  # Drops packets under \`imds.unreachable\` with Mode drop. It runs only with --profile net-faults.
  net-faults:
    image: \${ROLEMINT_IMAGE:-rolemint:dev}
    profiles: [net-faults]
    restart: unless-stopped
    labels: { rolemint.part: net-faults }
    command: [serve, net-faults]
    network_mode: service:imds
    user: root
    cap_drop: [ALL]
    cap_add: [NET_ADMIN]
    security_opt: ["no-new-privileges:true"]
    volumes:
      - *rolemint-installation
    depends_on:
      imds: { condition: service_healthy }

  s3-authorizer:
    <<: *rolemint
    labels: { rolemint.part: s3-authorizer }
    command: [serve, s3-authorizer]
    networks:
      rolemint-apps: { link_local_ips: [169.254.171.1] }
      rolemint-internal: {}
      rolemint-storage: {}
    ports: ["127.0.0.1:\${ROLEMINT_AWS_PORT:-}:4566"]
    volumes:
      - *rolemint-installation
      - *rolemint-storage-keys
    depends_on: [control-plane, minio]

  minio:
    image: \${ROLEMINT_MINIO_IMAGE:-rolemint-minio:7aac2a2c5b7c}
    restart: unless-stopped
    cap_drop: [ALL]
    networks: [rolemint-storage]
    volumes:
      - rolemint-objects:/data
      - *rolemint-storage-keys
    depends_on: [control-plane]

networks:
  # An ordinary one: link-local packets are dropped on internal networks.
  rolemint-apps: {}
  rolemint-internal: { internal: true }
  rolemint-storage: { internal: true }
  rolemint-operator: {}

volumes:
  rolemint-state: {}
  rolemint-installation: {}
  rolemint-seam: {}
  rolemint-storage-keys: {}
  rolemint-objects: {}
`;
