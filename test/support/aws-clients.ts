// The AWS SDK's clients for one running simulator, all by its one endpoint. Nothing is tried again, so that a test sees
// the first answer.
import { CloudTrailClient } from "@aws-sdk/client-cloudtrail";
import { EC2Client } from "@aws-sdk/client-ec2";
import { IAMClient } from "@aws-sdk/client-iam";
import { S3Client } from "@aws-sdk/client-s3";
import { STSClient } from "@aws-sdk/client-sts";
import { afterAll } from "@jest/globals";
import type { Ready } from "./rolemint.ts";

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

const opened: { destroy(): void }[] = [];

afterAll(() => {
  for (const client of opened) client.destroy();
});

/** Signing as the operator unless credentials are given. */
export function clients({ endpoints, region, operator }: Ready, credentials: Credentials = operator, settings = {}) {
  const common = { endpoint: endpoints.aws, region, credentials: { ...credentials }, maxAttempts: 1, ...settings };
  const made = {
    iam: new IAMClient(common),
    sts: new STSClient(common),
    ec2: new EC2Client(common),
    trail: new CloudTrailClient(common),
    s3: new S3Client({ ...common, forcePathStyle: true }),
  };
  opened.push(...Object.values(made));
  return made;
}

export interface Refusal {
  readonly name: string;
  readonly message: string;
  readonly status: number | undefined;
}

/** The error that a call must end with. */
export async function refusal(call: Promise<unknown>): Promise<Refusal> {
  const error = await call.then(
    () => undefined,
    (thrown: unknown) => thrown as Error & { $metadata?: { httpStatusCode?: number } },
  );
  if (!error) throw new Error("the call should have been refused");
  return { name: error.name, message: error.message, status: error.$metadata?.httpStatusCode };
}
