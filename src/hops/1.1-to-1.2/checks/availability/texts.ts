import { counted } from '../../../../core/counted.ts';
import { numberAt, stringAt, valueAt } from '../../../../core/json.ts';
import { refText } from '../../../../core/object.ts';
import { shortList } from '../../../../core/short-list.ts';
import type { CheckRead } from '../../../../plan/check.ts';
import type { RolloutAhead } from './rollouts-ahead.ts';

/** Autoscalers of the control plane's namespace: without them the same is found, only what to do is told less exactly. */
export const AUTOSCALERS: CheckRead = {
  group: 'autoscaling',
  kind: 'HorizontalPodAutoscaler',
  namespace: 'istio',
  isOptional: true,
};

/** `spec.strategy.rollingUpdate.maxUnavailable 1 of 1 replica` */
export function strategyText({ workload, replicas }: RolloutAhead): string {
  const strategy = valueAt(workload, 'spec', 'strategy');
  if (valueAt(strategy, 'type') === 'Recreate') return 'spec.strategy.type Recreate';
  const value = valueAt(strategy, 'rollingUpdate', 'maxUnavailable');
  const limit = stringAt(value) ?? numberAt(value) ?? '25%';
  return `spec.strategy.rollingUpdate.maxUnavailable ${limit} of ${counted(replicas, 'replica')}`;
}

/** How to get a second replica: an autoscaler takes back what is scaled by hand, and the release brings its own. */
export function scaleUp(parts: readonly RolloutAhead[]): string {
  const scaled = parts.flatMap(({ autoscaler }) => (autoscaler === undefined ? [] : [refText(autoscaler.ref)]));
  if (scaled.length === 0) return 'scale to 2 until the upgrade is done: kubectl scale --replicas=2';
  const byHand = scaled.length === parts.length ? '' : '; those without one by kubectl scale --replicas=2';
  return `scale to 2 until the upgrade is done: minReplicas 2 in ${shortList(scaled)} and autoscaleMin=2 in the release's values${byHand}`;
}
