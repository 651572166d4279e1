import { listAt, valueAt } from '../core/json.ts';
import { type K8sObject, labelsOf } from '../core/object.ts';
import { objectsOf, type Snapshot } from '../core/snapshot.ts';
import { isWithin } from './pod-labels.ts';
import type { Service } from './services.ts';

/** Whether a service's pods have sidecars. `unknown`: the snapshot has none of its pods. */
export type SidecarPresence = 'all' | 'some' | 'none' | 'unknown';

const SIDECAR = 'istio-proxy';
const PODS = { group: '', kind: 'Pod' };

/**
 * Looks at the running Pods that a service selects.
 * @returns `none` also where nothing that Istio could have injected stands behind it: an ExternalName, or a Service without a selector
 */
export function sidecarPresence(snapshot: Snapshot, { kind, namespace, selector }: Service): SidecarPresence {
  if (kind === 'external' || selector === undefined) return 'none';
  const pods = objectsOf(snapshot, PODS, namespace).filter((pod) => isWithin(selector, labelsOf(pod)) && !isOver(pod));
  if (pods.length === 0) return 'unknown';
  const count = pods.filter(hasSidecar).length;
  if (count === pods.length) return 'all';
  return count === 0 ? 'none' : 'some';
}

function hasSidecar(pod: K8sObject): boolean {
  return listAt(valueAt(pod, 'spec', 'containers')).some((container) => valueAt(container, 'name') === SIDECAR);
}

function isOver(pod: K8sObject): boolean {
  const phase = valueAt(pod, 'status', 'phase');
  return phase === 'Succeeded' || phase === 'Failed';
}
