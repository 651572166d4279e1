import { numberAt, stringAt, valueAt } from '../core/json.ts';
import { type K8sObject, type ObjectRef, refOf } from '../core/object.ts';
import { objectsOf, type Snapshot } from '../core/snapshot.ts';

/** How far a HorizontalPodAutoscaler may scale a workload. */
export interface Autoscaler {
  readonly ref: ObjectRef;
  readonly least: number;
  readonly most: number;
}

export interface Autoscalers {
  /** The one that scales a workload; undefined where there is none. */
  of(workload: ObjectRef): Autoscaler | undefined;
}

const KIND = { group: 'autoscaling', kind: 'HorizontalPodAutoscaler' };

/**
 * The autoscalers of a snapshot, by `spec.scaleTargetRef`, whichever API version of the workload it names.
 * @see https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/
 */
export function autoscalersOf(snapshot: Snapshot): Autoscalers {
  const found = new Map(objectsOf(snapshot, KIND).map((object) => [scaledBy(object), autoscaler(object)]));
  return { of: ({ kind, namespace, name }) => found.get(key(kind, namespace, name)) };
}

function scaledBy({ spec, metadata }: K8sObject): string {
  const of = (field: string): string => stringAt(valueAt(spec, 'scaleTargetRef', field)) ?? '';
  return key(of('kind'), metadata.namespace ?? '', of('name'));
}

function key(kind: string, namespace: string, name: string): string {
  return `${kind}/${namespace}/${name}`;
}

function autoscaler(object: K8sObject): Autoscaler {
  const least = numberAt(valueAt(object, 'spec', 'minReplicas')) ?? 1;
  return { ref: refOf(object), least, most: numberAt(valueAt(object, 'spec', 'maxReplicas')) ?? least };
}
