import { type JsonObject, listAt, stringAt, valueAt } from '../core/json.ts';
import { type K8sObject, labelsOf, type ObjectRef, parseApiVersion, refOf } from '../core/object.ts';

/** Who made a pod, as far as the pod itself says. */
export interface PodOwner {
  readonly ref: ObjectRef;
  /** Label `pod-template-hash`, which a Deployment gives its pods. */
  readonly templateHash: string | undefined;
}

/** Kinds that may have been made by another workload: their own owner decides. */
export const MADE_BY_OTHERS = [
  { group: 'apps', kind: 'ReplicaSet' },
  { group: 'batch', kind: 'Job' },
  { group: '', kind: 'ReplicationController' },
] as const;
// Kinds whose API group changed while the objects stayed the same.
const MOVED: Readonly<Record<string, string>> = { 'ReplicaSet.extensions': 'apps', 'DaemonSet.extensions': 'apps' };

/** The controller of a pod; the pod itself when nobody made it, or a kubelet did from a file (its owner is a Node). */
export function ownerOfPod(pod: K8sObject): PodOwner {
  const owner = controllerOf(pod);
  const isBare = owner === undefined || (owner.group === '' && owner.kind === 'Node');
  return { ref: isBare ? refOf(pod) : owner, templateHash: labelsOf(pod)['pod-template-hash'] };
}

/** The owner reference with `controller: true`, in the object's namespace. */
export function controllerOf(object: JsonObject): ObjectRef | undefined {
  const owner = listAt(valueAt(object, 'metadata', 'ownerReferences')).find(
    (one) => valueAt(one, 'controller') === true,
  );
  const [kind, name] = [stringAt(valueAt(owner, 'kind')), stringAt(valueAt(owner, 'name'))];
  if (kind === undefined || name === undefined) return undefined;
  const { group } = parseApiVersion(stringAt(valueAt(owner, 'apiVersion')) ?? '');
  const namespace = stringAt(valueAt(object, 'metadata', 'namespace')) ?? '';
  return { group: MOVED[`${kind}.${group}`] ?? group, kind, namespace, name };
}

/** Whether the owner may in turn belong to a workload. */
export function mayHaveOwner({ kind, group }: Pick<ObjectRef, 'kind' | 'group'>): boolean {
  return MADE_BY_OTHERS.some((made) => made.kind === kind && made.group === group);
}

/**
 * The Deployment that a ReplicaSet's name and its pods' label point to: the controller calls its ReplicaSets NAME-HASH and labels the pods
 * with the hash. Whoever uses it has to see that this Deployment exists; others (Argo's Rollouts) use labels of their own.
 * @see https://github.com/kubernetes/kubernetes/blob/v1.20.2/pkg/controller/deployment/sync.go#L185-L205
 */
export function likelyDeployment({ ref, templateHash }: PodOwner): ObjectRef | undefined {
  const ending = `-${templateHash}`;
  if (ref.kind !== 'ReplicaSet' || templateHash === undefined || !ref.name.endsWith(ending)) return undefined;
  return { ...ref, kind: 'Deployment', name: ref.name.slice(0, -ending.length) };
}
