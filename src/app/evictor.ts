import type { Access } from '../core/access.ts';
import type { K8sObject } from '../core/object.ts';

const POD = { group: '', kind: 'Pod' };

/** Evicting, and a look at the pod where no answer came. */
export function evictionAccesses(namespace: string | undefined): readonly Access[] {
  return [
    { ...POD, subresource: 'eviction', verbs: ['create'], namespace },
    { ...POD, verbs: ['get'], namespace },
  ];
}

/** Takes pods away as `kubectl drain` does: only where the PodDisruptionBudgets allow it. */
export interface Evictor {
  /**
   * Evicts exactly this pod.
   * @throws ApiError, with status 429 where a budget forbids it for now, 404 where the pod is gone, 409 where it is another one by now
   */
  evict(pod: K8sObject): Promise<void>;
}
