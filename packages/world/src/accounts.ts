// One account's entities under the names that people use. Names are unique regardless of case, as on AWS.
import type {
  AccessKey,
  Bucket,
  Fault,
  Generation,
  Instance,
  InstanceProfile,
  ManagedPolicy,
  Role,
  User,
} from "./rows.ts";
import type { Store } from "./store.ts";
import { Table } from "./table.ts";

/** Told, inside the transaction, of what a write makes stale. */
export interface Touch {
  identities(): void;
  instance(id: string): void;
  bucket(name: string): void;
}

export type Tables = ReturnType<typeof openTables>;

export function openTables(store: Store, touch: Touch) {
  const named = <Row extends { accountId: string; name: string; id: string }>(
    name: string,
    changed: (row: Row) => void,
  ) =>
    new Table<Row>(store, {
      name,
      key: { account: (row) => row.accountId, name: (row) => row.name.toLowerCase() },
      indexes: { id: (row) => row.id },
      onChange: changed,
    });
  const tables = {
    roles: named<Role>("roles", () => touch.identities()),
    users: named<User>("users", () => touch.identities()),
    policies: named<ManagedPolicy>("policies", () => touch.identities()),
    instanceProfiles: named<InstanceProfile>("instance_profiles", (profile) => {
      for (const instance of tables.instances.find("profile_id", profile.id)) touch.instance(instance.id);
    }),
    accessKeys: new Table<AccessKey>(store, {
      name: "access_keys",
      key: { id: (key) => key.id },
      indexes: { owner: (key) => ownerOf(key.accountId, key.userName) },
      onChange: () => touch.identities(),
    }),
    instances: new Table<Instance>(store, {
      name: "instances",
      key: { id: (instance) => instance.id },
      indexes: {
        account: (instance) => instance.accountId,
        profile_id: (instance) => instance.association?.profileId ?? null,
        association_id: (instance) => instance.association?.id ?? null,
        reservation_id: (instance) => instance.reservationId,
        address: (instance) => instance.address ?? null,
      },
      onChange: (instance) => touch.instance(instance.id),
    }),
    faults: new Table<Fault>(store, { name: "faults", key: { id: (fault) => fault.id } }),
    generations: new Table<Generation>(store, {
      name: "generations",
      key: { instance: (generation) => generation.instanceId, number: (generation) => generation.number },
      onChange: (generation) => touch.instance(generation.instanceId),
    }),
    buckets: new Table<Bucket>(store, {
      name: "buckets",
      key: { name: (bucket) => bucket.name },
      indexes: { account: (bucket) => bucket.accountId },
      onChange: (bucket) => touch.bucket(bucket.name),
    }),
  };
  return tables;
}

function ownerOf(accountId: string, userName: string | undefined): string {
  return `${accountId}/${(userName ?? "").toLowerCase()}`;
}

/** The entities of one kind in one account. */
export interface Entities<Row> {
  get(name: string): Row | undefined;
  /** In name order, regardless of case. */
  list(): Row[];
  count(): number;
  put(row: Row): Row;
  remove(row: Row): void;
}

export interface Account {
  readonly id: string;
  readonly roles: Entities<Role>;
  readonly users: Entities<User>;
  readonly policies: Entities<ManagedPolicy>;
  readonly instanceProfiles: Entities<InstanceProfile>;
  /** Of a user, or of the account's root without a name; oldest first. */
  accessKeysOf(userName?: string): AccessKey[];
  /** In the order of their making, the terminated ones too. */
  instances(): Instance[];
}

export function accountOver(tables: Tables, id: string): Account {
  const within = <Row extends { accountId: string; name: string }>(table: Table<Row>): Entities<Row> => ({
    get: (name) => table.get(id, name.toLowerCase()),
    list: () => table.list(id),
    count: () => table.count(id),
    put: (row) => table.put(row),
    remove: (row) => table.remove(row),
  });
  return {
    id,
    roles: within(tables.roles),
    users: within(tables.users),
    policies: within(tables.policies),
    instanceProfiles: within(tables.instanceProfiles),
    accessKeysOf: (userName) =>
      tables.accessKeys.find("owner", ownerOf(id, userName)).sort((a, b) => a.created - b.created),
    instances: () => tables.instances.find("account", id).sort((a, b) => a.order - b.order),
  };
}
