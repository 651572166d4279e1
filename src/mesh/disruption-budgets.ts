import { numberAt, objectAt, stringAt, valueAt } from '../core/json.ts';
import { isEmptySelector, matchesSelector } from '../core/label-selector.ts';
import { type K8sObject, labelsOf, type ObjectRef, refOf } from '../core/object.ts';
import { objectsOf, type Snapshot } from '../core/snapshot.ts';
import { podCount } from './int-or-percent.ts';
import { wantedPods } from './serving.ts';

/** What a PodDisruptionBudget leaves of the workloads that it covers. */
export interface Budget {
  readonly ref: ObjectRef;
  /** The field that limits it: `minAvailable 1`. */
  readonly limit: string;
  /** Pods that its workloads ask for. */
  readonly pods: number;
  /** How many of them may be evicted at a time when all are healthy. */
  readonly evictable: number;
}

const KIND = { group: 'policy', kind: 'PodDisruptionBudget' };

/**
 * The budgets of a namespace that cover any of these workloads, in the order of their names. A percentage is rounded up, both of what
 * has to stay and of what may go.
 * @param workloads those of the namespace whose templates count
 * @see https://kubernetes.io/docs/tasks/run-application/configure-pdb/#rounding-logic-when-specifying-percentages
 */
export function budgetsOver(snapshot: Snapshot, namespace: string, workloads: readonly K8sObject[]): readonly Budget[] {
  return objectsOf(snapshot, KIND, namespace).flatMap((object) => {
    const covered = workloads.filter(
      (workload) => workload.metadata.namespace === namespace && covers(object, workload),
    );
    return covered.length === 0 ? [] : (budget(object, covered) ?? []);
  });
}

function budget(object: K8sObject, covered: readonly K8sObject[]): Budget | undefined {
  const pods = covered.reduce((sum, workload) => sum + wantedPods(workload), 0);
  const amount = (field: string) => podCount(valueAt(object, 'spec', field), { of: pods, round: Math.ceil });
  const [most, least] = [amount('maxUnavailable'), amount('minAvailable')];
  const evictable = most ?? (least === undefined ? undefined : pods - least);
  if (evictable === undefined) return undefined;
  const field = most === undefined ? 'minAvailable' : 'maxUnavailable';
  return { ref: refOf(object), limit: settingText(object, field), pods, evictable: clamped(evictable, pods) };
}

function clamped(evictable: number, pods: number): number {
  return Math.max(0, Math.min(evictable, pods));
}

/** An empty selector covers nothing in v1beta1, and everything in v1. */
function covers(object: K8sObject, workload: K8sObject): boolean {
  const selector = objectAt(valueAt(object, 'spec', 'selector'));
  if (isEmptySelector(selector) && object.apiVersion !== 'policy/v1') return false;
  return matchesSelector(selector, labelsOf(objectAt(valueAt(workload, 'spec', 'template'))));
}

function settingText(object: K8sObject, field: string): string {
  const value = valueAt(object, 'spec', field);
  return `${field} ${stringAt(value) ?? numberAt(value)}`;
}
