import { listAt, stringAt, valueAt } from '../core/json.ts';
import { type K8sObject, refText } from '../core/object.ts';
import type { PodTraits } from '../injection/decision.ts';
import { type PodFacts, type PodRole, podFactsOf } from './pod-sidecar.ts';
import { ownerOfPod, type PodOwner } from './workload-key.ts';

/** The pods of one owner, counted. */
export interface PodGroup {
  readonly owner: PodOwner;
  readonly role: PodRole;
  readonly pods: number;
  readonly ready: number;
  /** Pods by the image that tells their version; those without a sidecar are in none. */
  readonly images: ReadonlyMap<string, number>;
  /** This and what follows: of the first of these pods; they are made from one template. */
  readonly traits: PodTraits;
  readonly proxyImage: PodFacts['proxyImage'];
  readonly inboundPorts: PodFacts['inboundPorts'];
  readonly nodeType: PodFacts['nodeType'];
}

export interface PodInventory {
  /** Counts a pod. It is not kept: memory grows with owners and images, not with pods. */
  add(pod: K8sObject): void;
  groups(): readonly PodGroup[];
}

interface Counting extends Omit<PodGroup, 'images' | 'pods' | 'ready'> {
  readonly images: Map<string, number>;
  pods: number;
  ready: number;
}

/**
 * Counts pods by who made them.
 * @param isWanted which pods count, by what they are and the namespace they are in; ended ones never do
 */
export function podInventory(
  istioNamespace: string,
  isWanted: (role: PodRole, namespace: string) => boolean = () => true,
): PodInventory {
  const groups = new Map<string, Counting>();
  const add = (pod: K8sObject): void => {
    const namespace = pod.metadata.namespace ?? '';
    if (hasEnded(pod)) return;
    const facts = podFactsOf(pod, { namespace, istioNamespace });
    if (!isWanted(facts.role, namespace)) return;
    const owner = ownerOfPod(pod);
    const key = `${facts.role} ${refText(owner.ref)}`;
    const group = groups.get(key) ?? newGroup(owner, facts);
    groups.set(key, group);
    count(group, facts, pod);
  };
  return { add, groups: () => [...groups.values()] };
}

function newGroup(owner: PodOwner, { role, traits, proxyImage, inboundPorts, nodeType }: PodFacts): Counting {
  return { owner, role, traits, proxyImage, inboundPorts, nodeType, images: new Map(), pods: 0, ready: 0 };
}

function count(group: Counting, { image }: PodFacts, pod: K8sObject): void {
  group.pods += 1;
  if (isReady(pod)) group.ready += 1;
  if (image !== undefined) group.images.set(image, (group.images.get(image) ?? 0) + 1);
}

/** Pods of finished Jobs and evicted ones run nothing any more. */
function hasEnded(pod: K8sObject): boolean {
  return ['Succeeded', 'Failed'].includes(stringAt(valueAt(pod, 'status', 'phase')) ?? '');
}

function isReady(pod: K8sObject): boolean {
  const conditions = listAt(valueAt(pod, 'status', 'conditions'));
  return conditions.some((one) => valueAt(one, 'type') === 'Ready' && valueAt(one, 'status') === 'True');
}
