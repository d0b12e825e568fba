// What a data plane remembers of the authority's answers, dropped as soon as the revision moves. An identity is also
// forgotten at its credential's end and a view at its own, so that a cached answer never outlives what it says.
import type { Authority, BucketFacts, IdentifyQuery, Identity, InstanceView } from "./authority.ts";

/** An identity with what its asker made of it once: compiled policies, imported keys. */
export interface Known<Prepared> {
  readonly identity: Identity;
  readonly prepared: Prepared;
}

export interface AuthorityCache<Prepared> {
  /** Known at once, or asked for. */
  identity(query: IdentifyQuery): Known<Prepared> | Promise<Known<Prepared>>;
  instance(id: string): InstanceView | undefined | Promise<InstanceView | undefined>;
  bucket(name: string): BucketFacts | undefined | Promise<BucketFacts | undefined>;
  stop(): void;
}

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
  const instances = new Map<string, InstanceView | undefined>();
  const buckets = new Map<string, BucketFacts | undefined>();
  let revision = 0;
  const stop = authority.watch((moved) => {
    revision = moved.revision;
    if (moved.identities || moved.clock) identities.clear();
    // A view that had ended stands again when the clock is moved back.
    if (moved.clock) instances.clear();
    for (const id of moved.instances) instances.delete(id);
    for (const name of moved.buckets) buckets.delete(name);
  });

  /** Keeps an answer only if nothing moved while it was on its way. */
  function keep<Value>(kept: Map<string, Value>, key: string, value: Value, askedAt: number): void {
    if (revision !== askedAt) return;
    if (kept.size >= BOUND && !kept.has(key)) kept.delete(kept.keys().next().value as string);
    kept.set(key, value);
  }

  async function askIdentity(key: string, query: IdentifyQuery): Promise<Known<Prepared>> {
    const askedAt = revision;
    const identity = await authority.identify(query);
    const known = { identity, prepared: prepare(identity), token: query.Token };
    if (identity.Verdict === "ok") keep(identities, key, known, askedAt);
    return known;
  }

  async function askInstance(id: string): Promise<InstanceView | undefined> {
    const askedAt = revision;
    const { Instance } = await authority.instance({ Name: id });
    keep(instances, id, Instance, askedAt);
    return Instance;
  }

  async function askBucket(name: string): Promise<BucketFacts | undefined> {
    const askedAt = revision;
    const { Bucket } = await authority.bucket({ Name: name });
    keep(buckets, name, Bucket, askedAt);
    return Bucket;
  }

  return {
    identity(query) {
      const key = `${query.AccessKeyId}/${query.Date}/${query.Region}/${query.Service}`;
      const known = identities.get(key);
      const isOver = (known?.identity.Principal?.ExpiresAt ?? Number.POSITIVE_INFINITY) <= authority.clock().now;
      return known && known.token === query.Token && !isOver ? known : askIdentity(key, query);
    },
    instance(id) {
      const view = instances.get(id);
      const isOver = view?.ValidUntil !== undefined && view.ValidUntil <= authority.clock().now;
      return instances.has(id) && !isOver ? view : askInstance(id);
    },
    bucket: (name) => (buckets.has(name) ? buckets.get(name) : askBucket(name)),
    stop,
  };
}
