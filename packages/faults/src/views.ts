// Changed views of an instance, each made once: what the metadata service compiles of a view hangs on the object.
import type { CredentialDocument, InstanceView } from "@rolemint/authority";

/** The same view and parameters, as objects, give the same view. */
export function madeOnce<Given extends object>(make: (view: InstanceView, given: Given) => InstanceView) {
  const made = new WeakMap<Given, WeakMap<InstanceView, InstanceView>>();
  return (view: InstanceView, given: Given): InstanceView => {
    const ofGiven = made.get(given) ?? new WeakMap<InstanceView, InstanceView>();
    made.set(given, ofGiven);
    const changed = ofGiven.get(view) ?? make(view, given);
    ofGiven.set(view, changed);
    return changed;
  };
}

/** The view with each document that has keys changed. */
export function withDocuments(
  view: InstanceView,
  change: (document: CredentialDocument & { readonly Expiration: number }) => Partial<CredentialDocument>,
): InstanceView {
  const Credentials = view.Credentials.map((document) => {
    const { Expiration } = document;
    return Expiration === undefined ? document : { ...document, ...change({ ...document, Expiration }) };
  });
  return { ...view, Credentials };
}

export function hasKeys({ Credentials }: InstanceView): boolean {
  return Credentials.some(({ Expiration }) => Expiration !== undefined);
}

/** HttpTokens=required. */
export const requiringTokens = madeOnce((view) => ({ ...view, Tokens: "required" }));
