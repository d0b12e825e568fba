// Amazon Resource Names of what a world holds. https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html

/** `kind` is user, role, policy or instance-profile; `path` begins and ends with a slash. */
export function iamArn(account: string, kind: string, path: string, name: string): string {
  return `arn:aws:iam::${account}:${kind}${path}${name}`;
}

export function rootArn(account: string): string {
  return `arn:aws:iam::${account}:root`;
}

/** The session ARN drops the role's path. */
export function sessionArn(account: string, roleName: string, sessionName: string): string {
  return `arn:aws:sts::${account}:assumed-role/${roleName}/${sessionName}`;
}

export function ec2Arn(region: string, account: string, kind: string, id: string): string {
  return `arn:aws:ec2:${region}:${account}:${kind}/${id}`;
}

export interface ArnParts {
  readonly partition: string;
  readonly service: string;
  readonly region: string;
  readonly account: string;
  readonly resource: string;
}

/** The parts of an ARN, or undefined when it has not the form of one. */
export function parseArn(text: string): ArnParts | undefined {
  const [prefix, partition, service, region, account, ...rest] = text.split(":");
  if (prefix !== "arn" || !partition || !service || rest.length === 0 || rest[0] === "") return undefined;
  return { partition, service, region: region ?? "", account: account ?? "", resource: rest.join(":") };
}
