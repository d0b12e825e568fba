// An application for the tests of the kit: it reads its credentials from the metadata service, as SDKs do, and signs
// calls with them. Plain node:http, which no fake timer holds up.
import { request } from "node:http";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import type { App } from "./api.ts";

export interface Keys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
}

/** One refresh: the role of the instance, and its credentials. */
export async function fetchKeys({ metadataEndpoint }: App): Promise<Keys> {
  const ttl = { "x-aws-ec2-metadata-token-ttl-seconds": "60" };
  const token = { "x-aws-ec2-metadata-token": await get(`${metadataEndpoint}/latest/api/token`, ttl, "PUT") };
  const path = `${metadataEndpoint}/latest/meta-data/iam/security-credentials/`;
  const document = JSON.parse(await get(`${path}${await get(path, token)}`, token));
  return {
    accessKeyId: document.AccessKeyId,
    secretAccessKey: document.SecretAccessKey,
    sessionToken: document.Token,
  };
}

function get(url: string, headers: Record<string, string>, method = "GET"): Promise<string> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { method, headers, agent: false }, (response) => {
      let text = "";
      response.setEncoding("utf8");
      response.on("data", (part) => {
        text += part;
      });
      response.on("end", () => {
        if (response.statusCode === 200) resolve(text);
        else reject(new Error(`${method} ${url}: ${response.statusCode}`));
      });
    });
    sent.on("error", reject).end();
  });
}

/** The ARN that STS says these keys are. */
export async function whoAmI({ endpoint, region }: App, credentials: Keys): Promise<string> {
  const sts = new STSClient({ endpoint, region, credentials, maxAttempts: 1 });
  try {
    return (await sts.send(new GetCallerIdentityCommand({}))).Arn!;
  } finally {
    sts.destroy();
  }
}
