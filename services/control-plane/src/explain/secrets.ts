// The secrets that a signature may have been made with, as the world knows them: the right one of a key, and those that
// it is taken for. They are tried and never shown.
import type { Suspect } from "@rolemint/sigv4";
import type { World } from "@rolemint/world";

export interface Secrets {
  readonly right: string;
  readonly suspects: readonly Suspect[];
}

const MAX_SUSPECTS = 40;

/** Undefined where the key is not one of the world's, or its token is not with it. */
export function secretsOf(world: World, accessKeyId: string, token: string | undefined): Secrets | undefined {
  if (!accessKeyId.startsWith("ASIA")) return ofKey(world, accessKeyId);
  const session = token === undefined ? undefined : world.sealer.open(token);
  if (!session || session.accessKeyId !== accessKeyId) return undefined;
  const instanceId = session.instance?.id;
  const suspects = instanceId === undefined ? [] : ofInstance(world, instanceId, accessKeyId);
  return { right: session.secret, suspects: [...suspects, ...ofOthers(world, accessKeyId)].slice(0, MAX_SUSPECTS) };
}

function ofKey(world: World, accessKeyId: string): Secrets | undefined {
  const key = world.tables.accessKeys.get(accessKeyId);
  return key && { right: key.secret, suspects: ofOthers(world, accessKeyId).slice(0, MAX_SUSPECTS) };
}

/** Of the other generations, the newest first, and of the other delivery of the same one. */
function ofInstance(world: World, instanceId: string, accessKeyId: string): Suspect[] {
  return world.tables.generations
    .list(instanceId)
    .toReversed()
    .flatMap(({ number, keys }) =>
      keys
        .filter((set) => set.accessKeyId !== accessKeyId)
        .map((set) => ({
          secretAccessKey: set.secret,
          what: `the secret of generation ${number} (key ${set.accessKeyId}, for callers ${
            set.delivery === "1.0" ? "without" : "with"
          } a metadata token)`,
        })),
    );
}

function ofOthers(world: World, accessKeyId: string): Suspect[] {
  return world.tables.accessKeys
    .list()
    .filter(({ id }) => id !== accessKeyId)
    .map(({ id, secret, userName }) => ({
      secretAccessKey: secret,
      what: `the secret of ${userName === undefined ? "the operator's" : `user ${userName}'s`} key ${id}`,
    }));
}

/** Why a key and a token were not taken, in a sentence. */
export function keySentence(
  world: World,
  verdict: string,
  accessKeyId: string,
  token: string | undefined,
): string | undefined {
  const session = token === undefined || token === "" ? undefined : world.sealer.open(token);
  switch (verdict) {
    case "ok":
      return undefined;
    case "unknown-key":
      return unknownSentence(accessKeyId, session);
    case "inactive-key":
      return `the key ${accessKeyId} is inactive`;
    case "token-missing":
      return `the key ${accessKeyId} is temporary and came without its session token`;
    case "token-invalid":
      return tokenSentence(world, accessKeyId, session);
    default:
      return undefined;
  }
}

function unknownSentence(accessKeyId: string, session: ReturnType<World["sealer"]["open"]>): string {
  const unknown = `there is no key ${accessKeyId} in this world (any more)`;
  if (!session) return unknown;
  if (session.accessKeyId !== accessKeyId) {
    return `${unknown}; the session token that came with it belongs to the key ${session.accessKeyId}`;
  }
  return `the role ${session.roleName} that the key ${accessKeyId} was issued for is gone, or was made anew since: its sessions are not taken over`;
}

function tokenSentence(world: World, accessKeyId: string, session: ReturnType<World["sealer"]["open"]>): string {
  if (!accessKeyId.startsWith("ASIA"))
    return `the key ${accessKeyId} is not temporary, and a session token came with it`;
  if (!session) return `the session token is none of this world's, or was changed on its way`;
  const whose = session.instance ? ` of generation ${session.instance.generation}` : "";
  const number = session.instance && generationOf(world, session.instance.id, accessKeyId);
  const own = number === undefined ? "" : ` of generation ${number}`;
  return `the session token belongs to the key ${session.accessKeyId}${whose}, and the request to the key ${accessKeyId}${own}: two sets were mixed`;
}

function generationOf(world: World, instanceId: string, accessKeyId: string): number | undefined {
  const generations = world.tables.generations.list(instanceId);
  return generations.find(({ keys }) => keys.some((set) => set.accessKeyId === accessKeyId))?.number;
}
