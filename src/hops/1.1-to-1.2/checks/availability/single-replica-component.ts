import { refText } from '../../../../core/object.ts';
import { shortList } from '../../../../core/short-list.ts';
import type { Check, Finding } from '../../../../plan/check.ts';
import { type RolloutAhead, rolloutsAhead } from './rollouts-ahead.ts';
import { AUTOSCALERS, scaleUp, strategyText } from './texts.ts';

/** Parts of the control plane that nobody stands in for while they are upgraded. Citadel has to be alone. */
export const singleReplicaComponent: Check = {
  id: 'single-replica-component',
  severity: 'note',
  docs: 'https://istio.io/v1.2/docs/setup/kubernetes/upgrade/steps/',
  explain: `The charts let the control plane's Deployments roll without a gap (maxSurge 1, maxUnavailable 0): the old pod goes once the new one is ready, so one replica alone interrupts nothing. What it lacks is somebody to stand in: a node that is drained or lost in the middle of the upgrade, or a new pod that fails after it was ready, leaves none. Without Pilot, proxies keep what they have, and new pods get no configuration; without the injector, no pod can be created in injected namespaces; without Galley, no configuration can be written; without Mixer, telemetry is lost, and calls that are checked fail or pass by the mesh's policyCheckFailOpen.
Where the update strategy was changed so that the only pod goes first, that happens in the upgrade itself, and is a warning. Scale to two for the time of the upgrade, what has a HorizontalPodAutoscaler by its minReplicas, and drain no nodes meanwhile. Citadel is left out: several of them race each other.`,
  reads: [AUTOSCALERS],
  find(context) {
    const parts = rolloutsAhead(context).filter(({ role, image }) => role === 'component' && image !== 'citadel');
    const alone = parts.filter(({ replicas, least }) => replicas === 1 && least > 0);
    return [...parts.filter(({ least }) => least === 0).map(interrupted), ...withoutStandIn(alone)];
  },
};

function interrupted(part: RolloutAhead): Finding {
  return {
    ref: part.ref,
    severity: 'warning',
    message: `${refText(part.ref)}: ${strategyText(part)}: no pod is ready while it is rolled out`,
    hint: 'set maxSurge 1 and maxUnavailable 0 in spec.strategy.rollingUpdate, as the charts do',
  };
}

function withoutStandIn(parts: readonly RolloutAhead[]): readonly Finding[] {
  const [first] = parts;
  if (first === undefined) return [];
  const names = shortList(
    parts.map(({ ref }) => refText(ref)),
    8,
  );
  return [
    {
      ref: first.ref,
      message: `one replica only, which is rolled out without a gap, but nobody stands in when its node is drained or lost meanwhile: ${names}`,
      hint: scaleUp(parts),
    },
  ];
}
