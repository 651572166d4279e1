import { type K8sObject, kindText, type ObjectRef, refOf, refText } from './object.ts';

/** What was read of a cluster: raw objects, by reference. */
export interface Snapshot {
  readonly objects: ReadonlyMap<string, K8sObject>;
}

export function snapshotOf(objects: Iterable<K8sObject>): Snapshot {
  return { objects: new Map([...objects].map((object) => [refText(refOf(object)), object])) };
}

export function find(snapshot: Snapshot, ref: ObjectRef): K8sObject | undefined {
  return snapshot.objects.get(refText(ref));
}

/** All objects of a kind in a namespace (or everywhere), in the order of their references. */
export function objectsOf(
  snapshot: Snapshot,
  kind: Pick<ObjectRef, 'group' | 'kind'>,
  namespace?: string,
): readonly K8sObject[] {
  const all = byKind(snapshot).get(kindText(kind)) ?? [];
  return namespace === undefined ? all : all.filter(({ metadata }) => (metadata.namespace ?? '') === namespace);
}

type ByKind = ReadonlyMap<string, readonly K8sObject[]>;

// Every rule and check asks for a few kinds; a big mesh takes longer to sort than most of them take.
const sorted = new WeakMap<Snapshot, ByKind>();

function byKind(snapshot: Snapshot): ByKind {
  const known = sorted.get(snapshot);
  if (known !== undefined) return known;
  const kinds = Map.groupBy(
    [...snapshot.objects.values()].map((object) => ({ object, ref: refOf(object) })),
    ({ ref }) => kindText(ref),
  );
  const made = new Map([...kinds].map(([kind, objects]) => [kind, inOrder(objects)]));
  sorted.set(snapshot, made);
  return made;
}

function inOrder(objects: readonly { readonly object: K8sObject; readonly ref: ObjectRef }[]): readonly K8sObject[] {
  return objects
    .map(({ object, ref }) => ({ object, text: refText(ref) }))
    .sort((a, b) => (a.text < b.text ? -1 : 1))
    .map(({ object }) => object);
}
