// What a row of the table of operations says, and how a request finds its row. A request that fits none is refused.
import type { ConditionContext } from "@rolemint/authority";
import { AwsError } from "@rolemint/wire";
import type { Address } from "./address.ts";
import type { Headers, Query, Reply } from "./call.ts";
import { invalidRequest, s3Error } from "./errors.ts";
import type { Asked } from "./gate.ts";

/** When a need counts; see `asksFor`. */
export type When =
  | "version"
  | "no version"
  | "source version"
  | "no source version"
  | "acl"
  | "tagging"
  | "retention"
  | "legal hold"
  | "bypass"
  | "object lock"
  | "ownership"
  | "if match"
  | "etag";

/**
 * One decision that must be Allow. Needs on each key, and on what a body names, are decided by the operation
 * itself.
 */
export interface Need {
  readonly action: string;
  readonly on: "service" | "bucket" | "object" | "source" | "each key" | "named in the body" | "elsewhere";
  readonly when?: When;
}

export interface Operation {
  readonly name: string;
  readonly method: string;
  readonly on: "service" | "bucket" | "object";
  readonly alsoOn?: "bucket";
  /** The query parameter that tells it from others of its method: the sub-resource. */
  readonly marker?: string;
  /** What it needs besides, where several share method and marker: such a row is tried before one without. */
  readonly with?: { readonly query?: string; readonly header?: string; readonly xId?: string; readonly path?: string };
  /** An older name of another row's request, which is never taken. */
  readonly supersededBy?: string;
  readonly needs: readonly Need[];
  /** What CloudTrail calls it, where that is another name. */
  readonly trailName?: string;
  readonly served?: Served;
}

/** What a served operation takes, beside what every one takes: see accepted.ts. */
export interface Served {
  readonly parameters: ReadonlySet<string>;
  readonly headers: ReadonlySet<string>;
  /** Whether x-amz-meta-* and the headers that S3 keeps with an object mean something. */
  readonly storesHeaders?: boolean;
  readonly body: "none" | "document" | "object";
  /** The bucket need not be there. */
  readonly anyBucket?: boolean;
  /** What S3 says to a request without a signature, which it refuses whatever a policy allows. */
  readonly refusesAnonymous?: string;
  /** Its ACL would be the bucket's. */
  readonly makesBucket?: boolean;
  /** Its x-amz-copy-source is an object that is read. */
  readonly copies?: boolean;
  /** The condition keys that this operation gives its needs on `bucket` and `object`. */
  readonly facts?: (asked: Asked) => ConditionContext | Promise<ConditionContext>;
  readonly answer: (asked: Asked) => Promise<Reply>;
}

export type Table = Readonly<Record<string, Omit<Operation, "name">>>;
/** Gives the operation of a request, or throws. */
export type Router = (method: string, target: string, address: Address, query: Query, headers: Headers) => Operation;

export function routerOf(table: Table): Router {
  const rows = new Map<string, Operation[]>();
  const markers = new Set<string>();
  for (const [name, row] of Object.entries(table)) {
    if (row.supersededBy !== undefined) continue;
    if (row.marker !== undefined) markers.add(row.marker);
    for (const level of row.alsoOn === undefined ? [row.on] : [row.on, row.alsoOn]) {
      const place = `${row.method} ${level} ${row.marker ?? ""}`;
      const others = rows.get(place) ?? [];
      rows.set(place, row.with ? [{ name, ...row }, ...others] : [...others, { name, ...row }]);
    }
  }
  return (method, target, address, query, headers) => {
    const marker = markerOf(query, markers);
    const candidates = rows.get(`${method} ${address.level} ${marker}`);
    const found = candidates?.find((row) => fits(row, target, query, headers));
    if (found) return found;
    throw s3Error("MethodNotAllowed", { Method: method, ResourceType: address.level.toUpperCase() });
  };
}

/** Two sub-resources are two operations: a back end may pick the one that was not authorised. */
function markerOf(query: Query, markers: ReadonlySet<string>): string {
  if (query.size === 0) return "";
  let found = "";
  for (const name of query.keys()) {
    if (!markers.has(name)) continue;
    if (found !== "") throw invalidRequest(`The request names two sub-resources, ${found} and ${name}.`);
    found = name;
  }
  return found;
}

function fits({ with: extra }: Operation, target: string, query: Query, headers: Headers): boolean {
  if (!extra) return true;
  if (extra.query !== undefined && !query.has(extra.query)) return false;
  if (extra.header !== undefined && !headers.has(extra.header)) return false;
  if (extra.xId !== undefined && query.get("x-id") !== extra.xId) return false;
  return extra.path === undefined || target.split("?", 1)[0] === extra.path;
}

export function refuseUnserved(operation: Operation): asserts operation is Operation & { readonly served: Served } {
  if (!operation.served) {
    throw new AwsError("NotImplemented", 501, `${operation.name} is not implemented by rolemint`);
  }
}
