// Whom a fault is for: `all` instances, one of them, or all that have a role.

export interface Subject {
  readonly instanceId: string | undefined;
  readonly role: string | undefined;
}

/** Targets as the seam carries them: `all`, `instance i-0…`, `role app`. */
export function isMeant(target: string, { instanceId, role }: Subject): boolean {
  if (target === "all") return true;
  if (target.startsWith("instance ")) return instanceId === target.slice("instance ".length);
  return role !== undefined && role === target.slice("role ".length);
}

/** Whether two targets have an instance in common; `roleOf` tells the role of an instance now. */
export function overlap(one: string, other: string, roleOf: (instanceId: string) => string | undefined): boolean {
  if (one === "all" || other === "all" || one === other) return true;
  const [instance, role] = one.startsWith("instance ") ? [one, other] : [other, one];
  if (!instance.startsWith("instance ") || !role.startsWith("role ")) return false;
  return roleOf(instance.slice("instance ".length)) === role.slice("role ".length);
}
