import { numberAt, valueAt } from '../core/json.ts';
import type { K8sObject } from '../core/object.ts';
import { podCount } from './int-or-percent.ts';

/** Pods that a workload asks for: of a DaemonSet, those that its controller says. */
export function wantedPods(workload: K8sObject): number {
  if (workload.kind === 'DaemonSet') return numberAt(valueAt(workload, 'status', 'desiredNumberScheduled')) ?? 0;
  return numberAt(valueAt(workload, 'spec', 'replicas')) ?? 1;
}

/**
 * The pods that a rollout leaves ready at its worst moment, as far as its strategy says. PodDisruptionBudgets do not govern rollouts.
 * @see https://github.com/kubernetes/kubernetes/blob/v1.20.2/pkg/controller/deployment/util/deployment_util.go#L856-L878: `ResolveFenceposts`
 */
export function leastServing(workload: K8sObject): number {
  const wanted = wantedPods(workload);
  return Math.max(0, wanted - mostUnavailable(workload, wanted));
}

function mostUnavailable(workload: K8sObject, wanted: number): number {
  if (workload.kind === 'Deployment') return ofDeployment(workload, wanted);
  const limit = valueAt(workload, 'spec', 'updateStrategy', 'rollingUpdate', 'maxUnavailable');
  return Math.max(1, podCount(limit, { of: wanted, round: Math.ceil }) ?? 1);
}

function ofDeployment(workload: K8sObject, wanted: number): number {
  if (valueAt(workload, 'spec', 'strategy', 'type') === 'Recreate') return wanted;
  const limit = (name: string) => valueAt(workload, 'spec', 'strategy', 'rollingUpdate', name);
  const unavailable = podCount(limit('maxUnavailable') ?? '25%', { of: wanted, round: Math.floor }) ?? 0;
  const surge = podCount(limit('maxSurge') ?? '25%', { of: wanted, round: Math.ceil }) ?? 0;
  return unavailable === 0 && surge === 0 ? 1 : unavailable;
}
