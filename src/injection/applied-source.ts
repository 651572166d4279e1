import type { JsonObject } from '../core/json.ts';
import { lastAppliedOf } from '../core/last-applied.ts';
import { isK8sObject, type K8sObject } from '../core/object.ts';
import { isInjected } from './detect.ts';
import { podSpecOf } from './pod-template.ts';

/**
 * The pod spec that was applied last, as the user wrote it.
 * @returns undefined where there is no such record, or where it was injected before it was applied (`kube-inject | kubectl apply`) and
 * says nothing about what was there before
 */
export function appliedPodSpec(workload: K8sObject): JsonObject | undefined {
  const applied = lastAppliedOf(workload);
  return isK8sObject(applied) && !isInjected(applied) ? podSpecOf(applied) : undefined;
}
