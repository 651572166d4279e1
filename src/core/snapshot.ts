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
  return [...snapshot.objects.values()]
    .map((object) => ({ object, ref: refOf(object) }))
    .filter(({ ref }) => kindText(ref) === kindText(kind) && (namespace === undefined || ref.namespace === namespace))
    .map(({ object, ref }) => ({ object, text: refText(ref) }))
    .sort((a, b) => (a.text < b.text ? -1 : 1))
    .map(({ object }) => object);
}
