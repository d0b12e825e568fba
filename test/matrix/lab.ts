// A compose project for one group of clients: each in a container that only waits, an instance of its address, with
// libfaketime and a folder for its clock at hand. The clients' programs are started in it for each preset anew.
import { chmodSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { PutObjectCommand } from "@aws-sdk/client-s3";
import { addressOf, BUCKET, type Client, imageOf } from "../clients/clients.ts";
import { environmentOf, IDLE, imagesOf } from "../clients/lab.ts";
import { clients as operatorOf } from "../support/aws-clients.ts";
import { type Project, startProject } from "../support/compose.ts";
import { buildImages } from "../support/docker/images.ts";
import { libfaketime } from "../support/libfaketime.ts";
import { docker } from "./docker.ts";
import type { Group } from "./groups.ts";

export const CLOCK_FOLDER = "/clock";
export const LIBRARY = "/libfaketime.so.1";
const RESTIC_CLIENT = "restic";

export interface MatrixLab {
  readonly project: Project;
  readonly clients: readonly Client[];
  /** On the host, mounted in the client's container. */
  clockFile(client: Client): string;
  /** Ends every program of every client. */
  restart(): Promise<void>;
  container(client: Client): string;
}

export async function startMatrixLab({ name, clients }: Group): Promise<MatrixLab> {
  buildImages(process.env, imagesOf(clients));
  const folder = resolve(`.cache/matrix/${name}`);
  rmSync(folder, { recursive: true, force: true });
  for (const client of clients) {
    mkdirSync(`${folder}/${client.name}`, { recursive: true });
    // Clients run as users of their own.
    chmodSync(`${folder}/${client.name}`, 0o777);
  }
  const overlay = `${folder}/compose.json`;
  const services = clients.map((client) => [client.name, serviceOf(client, `${folder}/${client.name}`)] as const);
  writeFileSync(overlay, JSON.stringify({ services: Object.fromEntries(services) }));
  const config = JSON.stringify(worldOf(clients));
  const project = await startProject({ config, files: [overlay], services: clients.map((client) => client.name) });
  const { s3 } = operatorOf(project.ready());
  await s3.send(new PutObjectCommand({ Bucket: BUCKET, Key: "hello.txt", Body: "Hello from a bucket\n" }));
  const restic = clients.find((client) => client.name === RESTIC_CLIENT);
  if (restic && "commands" in restic.runs) await project.exec(restic.name, "sh", "-c", restic.runs.prepare!);
  const containers = new Map(clients.map((client) => [client, project.container(client.name)]));
  return {
    project,
    clients,
    clockFile: (client) => `${folder}/${client.name}/faketime`,
    restart: () => docker("restart", "-t", "0", ...containers.values()),
    container: (client) => containers.get(client)!,
  };
}

function serviceOf(client: Client, clockFolder: string): object {
  const healthy = { condition: "service_healthy" };
  return {
    image: imageOf(client),
    command: IDLE,
    environment: environmentOf(client),
    networks: { apps: { link_local_ips: [addressOf(client)] } },
    cap_drop: ["NET_RAW"],
    volumes: [`${clockFolder}:${CLOCK_FOLDER}`, `${libfaketime()}:${LIBRARY}:ro`],
    ...(client.mounts && { devices: ["/dev/fuse"], cap_add: ["SYS_ADMIN"], security_opt: ["apparmor:unconfined"] }),
    depends_on: { imds: healthy, "s3-authorizer": healthy, minio: healthy },
  };
}

function worldOf(clients: readonly Client[]): object {
  const role = {
    trust: "ec2.amazonaws.com",
    managedPolicies: ["arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess"],
    inlinePolicies: {
      backups: {
        Version: "2012-10-17",
        Statement: [{ Effect: "Allow", Action: "s3:*Object", Resource: "arn:aws:s3:::backups/*" }],
      },
    },
  };
  return {
    version: 1,
    account: "111122223333",
    roles: { worker: role, second: role },
    instances: Object.fromEntries(
      clients.map((client) => {
        const tokens = client.tokens ?? "required";
        return [client.name, { role: "worker", address: addressOf(client), metadata: { tokens } }];
      }),
    ),
    buckets: { [BUCKET]: {}, backups: {} },
  };
}
