// The metadata service as a client asks it, without an SDK.

const TOKEN = "x-aws-ec2-metadata-token";

export interface Document {
  readonly Code: string;
  readonly LastUpdated: string;
  readonly AccessKeyId: string;
  readonly SecretAccessKey: string;
  readonly Token: string;
  readonly Expiration: string;
}

export interface Keys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
}

export const ROLES = "/latest/meta-data/iam/security-credentials/";

export async function metadataToken(imds: string, ttlSeconds = 21_600): Promise<string> {
  const response = await fetch(`${imds}/latest/api/token`, {
    method: "PUT",
    headers: { [`${TOKEN}-ttl-seconds`]: String(ttlSeconds) },
  });
  if (!response.ok) throw new Error(`no metadata token: ${response.status}`);
  return response.text();
}

/** As the second version asks, or the first where `token` is null. */
export async function metadata(imds: string, path: string, token?: string | null) {
  const given = token === undefined ? await metadataToken(imds) : token;
  const response = await fetch(imds + path, { headers: given === null ? {} : { [TOKEN]: given } });
  return { status: response.status, text: await response.text() };
}

/** The credential document of the instance's role. */
export async function documentOf(imds: string, token?: string | null): Promise<Document> {
  const role = await metadata(imds, ROLES, token);
  if (role.status !== 200) throw new Error(`no role in the metadata: ${role.status}`);
  const { status, text } = await metadata(imds, ROLES + role.text, token);
  if (status !== 200) throw new Error(`no document of ${role.text}: ${status}`);
  return JSON.parse(text) as Document;
}

/** What an SDK signs with. */
export async function keysOf(imds: string, token?: string | null): Promise<Keys> {
  const { AccessKeyId, SecretAccessKey, Token } = await documentOf(imds, token);
  return { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: Token };
}
