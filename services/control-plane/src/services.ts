// Which AWS service a request is meant for: by the scope of its signature, else by its Host, else by its shape.
import { header } from "@rolemint/wire";
import { cloudtrail } from "./cloudtrail/service.ts";
import { ec2 } from "./ec2/service.ts";
import { iam } from "./iam/service.ts";
import type { IncomingCall, Service } from "./service.ts";
import { sts } from "./sts/service.ts";

const SERVICES: Readonly<Record<string, Service>> = { iam, sts, ec2, cloudtrail };

const BY_VERSION: Readonly<Record<string, Service>> = {
  "2010-05-08": iam,
  "2011-06-15": sts,
  "2016-11-15": ec2,
};

/** The service, or the name of one that AWS may have and we do not, or undefined when nothing tells. */
export function serviceFor(call: IncomingCall): Service | { readonly unserved: string } | undefined {
  const scoped = scopedService(call);
  if (scoped !== undefined) return Object.hasOwn(SERVICES, scoped) ? SERVICES[scoped] : { unserved: scoped };
  const host = /^([a-z0-9-]+)\./.exec(header(call, "host") ?? "")?.[1];
  if (host !== undefined && Object.hasOwn(SERVICES, host)) return SERVICES[host];
  if (/CloudTrail_20131101\./.test(header(call, "x-amz-target") ?? "")) return cloudtrail;
  const text = `${call.target}&${call.body.subarray(0, 20_000).toString("latin1")}`;
  const version = /[?&]Version=(\d{4}-\d\d-\d\d)\b/.exec(text)?.[1] ?? /^Version=([\d-]+)/m.exec(text)?.[1];
  return version === undefined ? undefined : BY_VERSION[version];
}

/** The service in `Credential=AKID/20261123/us-east-1/sts/aws4_request`, from the header or the query. */
function scopedService(call: IncomingCall): string | undefined {
  const credential = /Credential=[^,\s]+?\/\d+\/[^/,\s]*\/([^/,\s]+)\//.exec(header(call, "authorization") ?? "");
  if (credential) return credential[1];
  return /[?&]X-Amz-Credential=[^&]+?%2F\d+%2F[^&%]*%2F([^&%]+)%2F/i.exec(call.target)?.[1];
}
