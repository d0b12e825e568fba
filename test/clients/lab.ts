// The one project that all clients run in: docker-compose.yml with a service for each, every one an instance of its own
// address; and what tests ask of it.

import { mkdirSync, writeFileSync } from "node:fs";
import { PutObjectCommand } from "@aws-sdk/client-s3";
import type { TimelineEvent } from "@rolemint/expectations";
import { clients as operatorOf } from "../support/aws-clients.ts";
import { type Project, type Said, startProject } from "../support/compose.ts";
import { buildImages, type Image } from "../support/docker/images.ts";
import { addressOf, BUCKET, type Client, GATE, imageOf } from "./clients.ts";
import { openSession, type Session } from "./session.ts";

/** Shorter than any client likes: each of them has to fetch anew within seconds. */
export const ROTATION = { lifetime: "30s", renewEvery: "5s" };
/** By so much the world's clock is late, so that no key ends before a client that uses it to its last second thinks so. */
const LATE = "-3s";
const TEXT = "Hello from a bucket\n";
const OVERLAY = ".cache/clients.compose.json";
/** No event is younger: a page from there is empty, and its end is the end of all. */
export const FAR = "9999-01-01T00:00:00Z";
export const IDLE = ["sh", "-c", "trap 'exit 0' TERM INT; sleep infinity & wait"];

/** As in rolemint.yaml. */
export interface More {
  readonly roles: Readonly<Record<string, object>>;
  readonly instances: Readonly<Record<string, object>>;
}
const NOTHING: More = { roles: {}, instances: {} };

export interface Lab {
  readonly project: Project;
  /** A client in its own container. */
  open(client: Client): Session;
  /** Runs a shell line in a client's container. */
  shell(client: Client, line: string): Promise<Said>;
  /** Where the timeline is now. */
  mark(): Promise<string>;
  /** What an instance did since a mark, oldest first. */
  events(instance: string, since: string): Promise<readonly TimelineEvent[]>;
}

/** Builds what is lacking, and resolves when everything runs. `more` is in the world beside the clients. */
export async function startLab(clients: readonly Client[], more: More = NOTHING): Promise<Lab> {
  buildImages(process.env, imagesOf(clients));
  mkdirSync(".cache", { recursive: true });
  writeFileSync(OVERLAY, JSON.stringify({ services: Object.fromEntries(clients.map(serviceOf)) }));
  const config = JSON.stringify(worldOf(clients, more));
  const project = await startProject({ config, files: [OVERLAY], services: clients.map(({ name }) => name) });
  const { s3 } = operatorOf(project.ready());
  await s3.send(new PutObjectCommand({ Bucket: BUCKET, Key: "hello.txt", Body: TEXT }));
  await project.control("AdvanceClock", { By: LATE });
  for (const { name, rotation } of clients) {
    if (!rotation) continue;
    await project.control("SetRotation", { Instance: name, ...rotation });
    await project.control("RotateCredentials", { Instance: name });
  }
  return {
    project,
    open: (client) => openSession(project, client),
    shell: (client, line) => project.exec(client.name, "sh", "-c", line),
    mark: async () => (await project.control("ListEvents", { Since: FAR })).Next,
    events: async (Instance, Since) => (await project.control("ListEvents", { Instance, Since, Limit: 10_000 })).Events,
  };
}

export function imagesOf(clients: readonly Client[]): Image[] {
  const folders = new Map(
    clients.flatMap((client) => ("folder" in client.made ? [[imageOf(client), client.made]] : [])),
  );
  return [...folders].map(([tag, { folder }]) => ({ tag, context: `test/clients/${folder}`, isByFolder: true }));
}

export function environmentOf({ environment }: Client): Readonly<Record<string, string>> {
  const region = "us-east-1";
  return { AWS_ENDPOINT_URL: `http://${GATE}`, AWS_REGION: region, AWS_DEFAULT_REGION: region, ...environment };
}

/** What a user would write for an app of theirs: its address, the gate and a region. No key, no profile. */
function serviceOf(client: Client): [string, object] {
  const { name, runs, mounts } = client;
  const main = "commands" in runs ? runs.process : undefined;
  const healthy = { condition: "service_healthy" };
  return [
    name,
    {
      image: imageOf(client),
      command: main === undefined ? IDLE : ["sh", "-c", `exec ${main}`],
      environment: environmentOf(client),
      networks: { apps: { link_local_ips: [addressOf(client)] } },
      cap_drop: ["NET_RAW"],
      ...(mounts && { devices: ["/dev/fuse"], cap_add: ["SYS_ADMIN"], security_opt: ["apparmor:unconfined"] }),
      depends_on: { imds: healthy, "s3-authorizer": healthy, minio: healthy },
    },
  ];
}

function worldOf(clients: readonly Client[], more: More): object {
  const own = clients.map((client) => {
    const { name, role = "reader", tokens = "required" } = client;
    return [name, { role, address: addressOf(client), metadata: { tokens } }];
  });
  const backup = [
    { Effect: "Allow", Action: ["s3:ListBucket", "s3:GetBucketLocation"], Resource: "arn:aws:s3:::backups" },
    { Effect: "Allow", Action: "s3:*Object", Resource: "arn:aws:s3:::backups/*" },
  ];
  return {
    version: 1,
    account: "111122223333",
    rotation: ROTATION,
    roles: {
      reader: {
        trust: "ec2.amazonaws.com",
        managedPolicies: ["arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess"],
      },
      backup: {
        trust: "ec2.amazonaws.com",
        inlinePolicies: { backups: { Version: "2012-10-17", Statement: backup } },
      },
      ...more.roles,
    },
    instances: { ...Object.fromEntries(own), ...more.instances },
    buckets: { [BUCKET]: {}, backups: {} },
  };
}
