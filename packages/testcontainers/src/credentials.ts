// The credentials of an instance, as the world knows them and as the metadata service shows them.
import { getContainerRuntimeClient } from "testcontainers";

/** What may be told of credentials. */
export interface Credentials {
  readonly accessKeyId: string;
  readonly generation: number;
  readonly expiration: Date;
}

/** All of them, as the application gets them. */
export interface SecretCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
  readonly expiration: Date;
}

/** Of each request; a fault may never let it be answered. */
const PATIENCE_MS = 10_000;

/** Asks as a program of the instance would; its trace shows it. */
const ASK = `
const asked = async (path, options) => {
  const response = await fetch(root + path, { ...options, signal: AbortSignal.timeout(${PATIENCE_MS}) });
  return response.text();
};
const root = "http://169.254.169.254/latest/";
const headers = { "x-aws-ec2-metadata-token-ttl-seconds": "60" };
const path = "meta-data/iam/security-credentials/";
try {
  const token = await asked("api/token", { method: "PUT", headers });
  const get = (path) => asked(path, { headers: { "x-aws-ec2-metadata-token": token } });
  console.log(await get(path + (await get(path))));
} catch (error) {
  console.log(error.cause?.message ?? error.message);
}
`;

/** Through the holder, which is in the instance's namespace. */
export async function secretsOf(holderId: string, instance: string): Promise<SecretCredentials> {
  const { container } = await getContainerRuntimeClient();
  const command = ["node", "--input-type=module", "--eval", ASK];
  const { stdout } = await container.exec(container.getById(holderId), command);
  const document = parsed(stdout);
  if (document?.["Code"] !== "Success")
    throw new Error(`the metadata service of ${instance} gives no credentials: ${stdout}`);
  return {
    accessKeyId: document["AccessKeyId"]!,
    secretAccessKey: document["SecretAccessKey"]!,
    sessionToken: document["Token"]!,
    expiration: new Date(document["Expiration"]!),
  };
}

function parsed(text: string): Readonly<Record<string, string>> | undefined {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
