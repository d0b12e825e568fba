// What a data plane remembers of the authority's answers, dropped as soon as the revision moves. An identity is also
// forgotten at its credential's end and a view at its own, so that a cached answer never outlives what it says.
import type { Authority, BucketFacts, IdentifyQuery, Identity, InstanceQuery } from "./authority.ts";
import type { InstanceView } from "./view.ts";

/** An identity with what its asker made of it once: compiled policies, imported keys. */
export interface Known<Prepared> {
  readonly identity: Identity;
  readonly prepared: Prepared;
}

export interface AuthorityCache<Prepared> {
  /** Known at once, or asked for. */
  identity(query: IdentifyQuery): Known<Prepared> | Promise<Known<Prepared>>;
  instance(id: string): Found | Promise<Found>;
  /** The instance of that name, or the one at that address: see the seam's `Instance`. */
  instanceBy(query: InstanceQuery): Found | Promise<Found>;
  bucket(name: string): BucketFacts | undefined | Promise<BucketFacts | undefined>;
  stop(): void;
}

type Found = InstanceView | undefined;

/** How many answers of one kind are kept; the oldest goes first. */
const BOUND = 10_000;

interface Remembered<Prepared> extends Known<Prepared> {
  readonly token: string | undefined;
}

/** `prepare` is run once for each identity that the authority gives. */
export function cacheOver<Prepared>(
  authority: Authority,
  prepare: (identity: Identity) => Prepared,
): AuthorityCache<Prepared> {
  const identities = new Map<string, Remembered<Prepared>>();
  /** By name, id or address: `name web`, `address 169.254.10.2`. */
  const instances = new Map<string, Found>();
  const buckets = new Map<string, BucketFacts | undefined>();
  /** How often something moved. Not the revision: another world may have the same. */
  let moves = 0;
  const now = () => authority.clock().now;
  const stop = authority.watch((moved) => {
    moves++;
    if (moved.identities || moved.clock || moved.everything) identities.clear();
    // A view that had ended stands again when the clock is moved back.
    if (moved.clock || moved.everything) instances.clear();
    if (moved.everything) buckets.clear();
    if (moved.instances.length > 0) forgetInstances(instances, new Set(moved.instances));
    for (const name of moved.buckets) buckets.delete(name);
  });

  /** Keeps an answer only if nothing moved while it was on its way, and if we shall be told when it moves. */
  function keep<Value>(kept: Map<string, Value>, key: string, value: Value, askedAt: number): void {
    if (moves !== askedAt || authority.isAway?.()) return;
    if (kept.size >= BOUND && !kept.has(key)) kept.delete(kept.keys().next().value as string);
    kept.set(key, value);
  }

  async function askIdentity(key: string, query: IdentifyQuery): Promise<Known<Prepared>> {
    const askedAt = moves;
    const identity = untilItsEnd(await authority.identify(query), now());
    const known = { identity, prepared: prepare(identity), token: query.Token };
    if (identity.Verdict === "ok") keep(identities, key, known, askedAt);
    return known;
  }

  async function askInstance(key: string, query: InstanceQuery): Promise<Found> {
    const askedAt = moves;
    const { Instance } = await authority.instance(query);
    keep(instances, key, Instance, askedAt);
    return Instance;
  }

  function instanceBy(query: InstanceQuery): Found | Promise<Found> {
    const key = query.Address === undefined ? `name ${query.Name}` : `address ${query.Address}`;
    const view = instances.get(key);
    const hasEnded = view !== undefined && hasViewEnded(view, now(), authority.isAway?.() ?? false);
    return instances.has(key) && !hasEnded ? view : askInstance(key, query);
  }

  async function askBucket(name: string): Promise<BucketFacts | undefined> {
    const askedAt = moves;
    const { Bucket } = await authority.bucket({ Name: name });
    keep(buckets, name, Bucket, askedAt);
    return Bucket;
  }

  return {
    identity(query) {
      const key = `${query.AccessKeyId}/${query.Date}/${query.Region}/${query.Service}`;
      const known = identities.get(key);
      return known && known.token === query.Token && !isOver(known.identity, now()) ? known : askIdentity(key, query);
    },
    instance: (Name) => instanceBy({ Name }),
    instanceBy,
    bucket: (name) => (buckets.has(name) ? buckets.get(name) : askBucket(name)),
    stop,
  };
}

/** A name or an address can become that of any instance that moved. */
function forgetInstances(instances: Map<string, Found>, ids: ReadonlySet<string>): void {
  for (const [key, view] of instances) if (!view || view.IsUnknown || ids.has(view.InstanceId)) instances.delete(key);
}

function isOver({ Principal }: Identity, now: number): boolean {
  return Principal?.ExpiresAt !== undefined && Principal.ExpiresAt <= now;
}

/** While the authority is away nobody renews a document, so none is shown past its end. */
function hasViewEnded({ ValidUntil, Credentials }: InstanceView, now: number, isAway: boolean): boolean {
  if (ValidUntil !== undefined && ValidUntil <= now) return true;
  return isAway && Credentials.some(({ Expiration }) => Expiration !== undefined && Expiration <= now);
}

/** An answer can be so long on its way that its credential has ended; then it is what the authority would say now. */
function untilItsEnd(identity: Identity, now: number): Identity {
  const { Verdict, Principal } = identity;
  return Verdict === "ok" && isOver(identity, now) ? { Verdict: "token-expired", Principal } : identity;
}
