// Whom a fault is for: all instances, one of them, or all that have a role. A target is a text, as the seam carries it:
// `all`, `instance i-0…`, `role app`.

export interface Subject {
  readonly instanceId: string | undefined;
  readonly role: string | undefined;
}

const INSTANCE = "instance ";
const ROLE = "role ";

export function forInstance(id: string): string {
  return INSTANCE + id;
}

export function forRole(name: string): string {
  return ROLE + name;
}

/** The id of the one instance that a target is for, or undefined where it is for others. */
export function meantInstance(target: string): string | undefined {
  return target.startsWith(INSTANCE) ? target.slice(INSTANCE.length) : undefined;
}

/** The name of the role that a target is for. */
export function meantRole(target: string): string | undefined {
  return target.startsWith(ROLE) ? target.slice(ROLE.length) : undefined;
}

export function isMeant(target: string, { instanceId, role }: Subject): boolean {
  if (target === "all") return true;
  const id = meantInstance(target);
  return id === undefined ? role !== undefined && role === meantRole(target) : id === instanceId;
}

/** Whether two targets have an instance in common; `roleOf` tells the role of an instance now. */
export function overlap(one: string, other: string, roleOf: (instanceId: string) => string | undefined): boolean {
  if (one === "all" || other === "all" || one === other) return true;
  const id = meantInstance(one) ?? meantInstance(other);
  const role = meantRole(one) ?? meantRole(other);
  return id !== undefined && role !== undefined && roleOf(id) === role;
}
