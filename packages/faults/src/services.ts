// Which services a fault of calls is about: a parameter that several kinds take.

const NAMES = "(?:s3|sts|iam|ec2|cloudtrail)";

export const SERVICES = {
  type: "text",
  pattern: new RegExp(`^(?:any|${NAMES}(?:, ?${NAMES})*)$`),
  wanted: "any, or some of s3, sts, iam, ec2 and cloudtrail with commas between them",
  fallback: "any",
  says: "the services that refuse",
} as const;

export function isAmong(services: string, service: string): boolean {
  return services === "any" || services.split(/, ?/).includes(service);
}
