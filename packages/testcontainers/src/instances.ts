// The instances that attached containers are: those of the config, or made for them by the EC2 API, and made again
// after a reset.
import type { Control } from "./control.ts";
import { type Calls, callAws, inElement, OperatorError } from "./operator.ts";

/** As ListInstances gives it. */
interface Listed {
  readonly Name: string;
  readonly InstanceId: string;
  readonly AccessKeyId?: string;
  readonly Generation?: number;
  readonly Expiration?: string;
}

export function openInstances(control: Control, calls: Calls) {
  const taken = new Set<string>();
  /** Names of those made here, with their roles and present ids. */
  const made = new Map<string, { readonly role: string; readonly id: string }>();
  const makeProfile = openProfiles(calls);
  let isClosed = false;

  const list = async () => (await control.ask<{ Instances: Listed[] }>("ListInstances")).Instances;

  async function run(name: string, role: string): Promise<void> {
    await makeProfile(role);
    const answer = await callAws(calls, "ec2", "RunInstances", {
      MinCount: "1",
      MaxCount: "1",
      "IamInstanceProfile.Name": role,
      "TagSpecification.1.ResourceType": "instance",
      "TagSpecification.1.Tag.1.Key": "Name",
      "TagSpecification.1.Tag.1.Value": name,
    });
    made.set(name, { role, id: inElement("instanceId", answer)! });
  }

  return {
    /** The running instance of that name or id. */
    async named(name: string): Promise<Listed> {
      const found = (await list()).find((one) => one.Name === name || one.InstanceId === name);
      if (!found) throw new Error(`there is no instance ${name}`);
      return found;
    },
    /** The instance for a container: that of the config, or a new one with the role. Gives its name. */
    async take(role: string | undefined, name: string | undefined): Promise<string> {
      const wanted = name ?? role;
      if (wanted === undefined) throw new Error("say which role the container has, or which instance it is");
      const known = new Set((await list()).map(({ Name }) => Name));
      if (known.has(wanted) && !taken.has(wanted)) {
        taken.add(wanted);
        return wanted;
      }
      if (name !== undefined && taken.has(name)) throw new Error(`another container is the instance ${name} already`);
      if (role === undefined) throw new Error(`there is no instance ${name}: give the role of a new one`);
      const free = name ?? firstFree(wanted, new Set([...known, ...taken]));
      taken.add(free);
      try {
        await run(free, role);
      } catch (error) {
        taken.delete(free);
        const isMissing = error instanceof OperatorError && error.code === "NoSuchEntity";
        throw isMissing ? new Error(`there is no role ${role}: give it with withRole`) : error;
      }
      return free;
    },
    /** The container is gone, and so is an instance that was made for it. */
    async release(name: string): Promise<void> {
      const own = made.get(name);
      made.delete(name);
      // Nobody else is to become it meanwhile.
      const ended =
        own && !isClosed ? callAws(calls, "ec2", "TerminateInstances", { "InstanceId.1": own.id }) : undefined;
      await Promise.resolve(ended).finally(() => taken.delete(name));
    },
    /** After a reset, which has ended those that the config does not name. */
    async restore(): Promise<void> {
      for (const [name, { role }] of made) await run(name, role);
    },
    /** Nothing is ended one by one from now on: the world goes. */
    close(): void {
      isClosed = true;
    },
  };
}

function firstFree(name: string, used: ReadonlySet<string>): string {
  for (let number = 1; ; number++) {
    const candidate = number === 1 ? name : `${name}-${number}`;
    if (!used.has(candidate)) return candidate;
  }
}

/** A profile that is just being made has no role yet: who needs it too waits for it. */
function openProfiles(calls: Calls): (role: string) => Promise<void> {
  const making = new Map<string, Promise<void>>();
  return (role) => {
    const profile = making.get(role) ?? madeProfile(calls, role).finally(() => making.delete(role));
    making.set(role, profile);
    return profile;
  };
}

/** The profile of the role's name, as the console makes it. One that is there has to hold that role, or none yet. */
async function madeProfile(calls: Calls, role: string): Promise<void> {
  const profile = { InstanceProfileName: role };
  const isMade = await callAws(calls, "iam", "CreateInstanceProfile", profile).then(
    () => true,
    (error: unknown) => {
      if (error instanceof OperatorError && error.code === "EntityAlreadyExists") return false;
      throw error;
    },
  );
  const held = isMade ? undefined : inElement("RoleName", await callAws(calls, "iam", "GetInstanceProfile", profile));
  // IAM asks of nobody to write a name as it was given.
  if (held?.toLowerCase() === role.toLowerCase()) return;
  if (held !== undefined) {
    const next = "free it with the AWS API, or give that role instead";
    throw new Error(`the instance profile ${role} holds another role, ${held}; ${next}`);
  }
  try {
    await callAws(calls, "iam", "AddRoleToInstanceProfile", { ...profile, RoleName: role });
  } catch (error) {
    if (isMade) await callAws(calls, "iam", "DeleteInstanceProfile", profile);
    throw error;
  }
}
