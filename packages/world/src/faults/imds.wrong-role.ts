// The metadata of an instance shows another instance's role and credentials, as when a proxy on the way asks for
// itself.
import type { InstanceView } from "@rolemint/authority";
import { meantInstance } from "@rolemint/faults";
import { viewOf } from "../instance-view.ts";
import { instancesCalled } from "../instances.ts";
import { worldKind } from "./kind.ts";

interface Kept {
  readonly from?: string | undefined;
}

export const imdsWrongRole = worldKind({
  name: "imds.wrong-role",
  row: "F18",
  says: "metadata shows the role and the credentials of another instance",
  channel: "world",
  place: "imds.role",
  acts: "while",
  parameters: {
    From: {
      type: "text",
      pattern: /^.{1,256}$/,
      wanted: "the name or id of another running instance",
      isNeeded: true,
      says: "whose role and credentials are shown",
    },
  },
  problem({ world, fault, given: { From } }) {
    const [from, ...others] = instancesCalled(world, From);
    if (!from) return `no running instance is called ${From}`;
    if (others.length > 0) return `more than one running instance is called ${From}; name it by its id`;
    return meantInstance(fault.target) === from.id ? `${From} shows its own role already` : undefined;
  },
  begin: ({ world, given: { From } }): Kept => ({ from: instancesCalled(world, From)[0]?.id }),
  source: (_, { from }: Kept) => from,
  shown(view, { world }, { from }: Kept) {
    const source = from === undefined ? undefined : world.tables.instances.get(from);
    if (source?.state !== "running" || source.id === view.InstanceId) return view;
    const { Profile, Credentials, Changed } = viewOf(world, source);
    return { ...view, Profile, Credentials: forCallersOf(view, Credentials), Changed };
  },
});

/** Where the other instance has keys for callers with a token only, they are all that there is to show. */
function forCallersOf({ Tokens }: InstanceView, documents: InstanceView["Credentials"]): InstanceView["Credentials"] {
  if (Tokens === "required" || documents.some(({ Delivery }) => Delivery === "1.0")) return documents;
  return [...documents.map((document) => ({ ...document, Delivery: "1.0" as const })), ...documents];
}
