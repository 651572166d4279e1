import { type Json, numberAt, objectAt, valueAt } from '../core/json.ts';
import { annotationsOf, type K8sObject, type ObjectRef, refOf } from '../core/object.ts';
import { STATUS_ANNOTATION } from '../injection/status-annotation.ts';
import { type PodFacts, podFactsOf } from './pod-sidecar.ts';
import { controllerOf } from './workload-key.ts';

/** What a workload's own object tells: what its next pods will be, and whether a change of its template replaces the running ones. */
export interface WorkloadTemplate {
  readonly ref: ObjectRef;
  readonly owner: ObjectRef | undefined;
  readonly facts: PodFacts;
  /** undefined where the kind has no such number. */
  readonly wanted: number | undefined;
  readonly isPaused: boolean;
  readonly isOnDelete: boolean;
  /** Pods of a StatefulSet with a lower number than this are not replaced. */
  readonly partition: number;
}

/**
 * The small part of a workload that a status needs.
 * @param workload a Deployment, StatefulSet, DaemonSet, ReplicaSet, ReplicationController, Job or CronJob
 */
export function workloadTemplateOf(workload: K8sObject, istioNamespace: string): WorkloadTemplate {
  const ref = refOf(workload);
  const { namespace } = ref;
  const facts = podFactsOf(objectAt(templateOf(workload)), { namespace, istioNamespace });
  const spec = objectAt(workload.spec);
  return {
    ref,
    owner: controllerOf(workload),
    facts: { ...facts, isInjected: facts.isInjected || hasJobStatus(workload) },
    wanted: wantedPods(workload),
    isPaused: workload.kind === 'Deployment' && spec.paused === true,
    isOnDelete: valueAt(spec, 'updateStrategy', 'type') === 'OnDelete',
    partition: numberAt(valueAt(spec, 'updateStrategy', 'rollingUpdate', 'partition')) ?? 0,
  };
}

function templateOf(workload: K8sObject): Json | undefined {
  return workload.kind === 'CronJob'
    ? valueAt(workload, 'spec', 'jobTemplate', 'spec', 'template')
    : valueAt(workload, 'spec', 'template');
}

/** `istioctl kube-inject` writes a CronJob's record one level higher (pilot/pkg/kube/inject/inject.go:732-736@1.2.10). */
function hasJobStatus(workload: K8sObject): boolean {
  return Boolean(annotationsOf(objectAt(valueAt(workload, 'spec', 'jobTemplate')))[STATUS_ANNOTATION]);
}

function wantedPods(workload: K8sObject): number | undefined {
  if (workload.kind === 'DaemonSet') return numberAt(valueAt(workload, 'status', 'desiredNumberScheduled'));
  if (['Job', 'CronJob'].includes(workload.kind)) return undefined;
  return numberAt(valueAt(workload, 'spec', 'replicas')) ?? 1;
}
