import { numberAt, valueAt } from '../core/json.ts';
import { type K8sObject, type ObjectRef, refOf } from '../core/object.ts';
import { objectsOf, type Snapshot } from '../core/snapshot.ts';

/** How far a HorizontalPodAutoscaler may scale a workload. */
export interface Autoscaler {
  readonly ref: ObjectRef;
  readonly least: number;
  readonly most: number;
}

const KIND = { group: 'autoscaling', kind: 'HorizontalPodAutoscaler' };

/**
 * The autoscaler of a workload, by `spec.scaleTargetRef`, whichever API version of the workload it names.
 * @returns undefined where a snapshot has none
 * @see https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/
 */
export function autoscalerOf(snapshot: Snapshot, { kind, namespace, name }: ObjectRef): Autoscaler | undefined {
  const found = objectsOf(snapshot, KIND, namespace).find(
    ({ spec }) => valueAt(spec, 'scaleTargetRef', 'kind') === kind && valueAt(spec, 'scaleTargetRef', 'name') === name,
  );
  return found && autoscaler(found);
}

function autoscaler(object: K8sObject): Autoscaler {
  const least = numberAt(valueAt(object, 'spec', 'minReplicas')) ?? 1;
  return { ref: refOf(object), least, most: numberAt(valueAt(object, 'spec', 'maxReplicas')) ?? least };
}
