import { refText } from '../../../../core/object.ts';
import type { Check } from '../../../../plan/check.ts';
import { gatewayDeployments } from './parts-elsewhere.ts';
import { rolloutsAhead } from './rollouts-ahead.ts';
import { AUTOSCALERS, scaleUp, strategyText } from './texts.ts';

/** Gateways whose update strategy lets all their pods be down at once. */
export const gatewayUnavailable: Check = {
  id: 'gateway-unavailable',
  severity: 'warning',
  docs: 'https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#max-unavailable',
  explain: `The charts set no update strategy for gateways. Those that Istio 1.1 created through extensions/v1beta1 have the default of that API, maxUnavailable 1, and keep it; apps/v1 would have 25 %, which is none of one replica. With maxUnavailable 1 and one replica the old pod is stopped as soon as the new one is created, and until that is ready, no traffic from outside gets in. Percentages are rounded down; 100 % and Recreate stop all pods, however many there are.
kubectl get deployment NAME -o yaml shows spec.strategy and spec.replicas. Scale the gateway to two before the upgrade, by minReplicas where it has a HorizontalPodAutoscaler, which would scale it back otherwise; or set maxUnavailable 0 and maxSurge 1. A PodDisruptionBudget does not help: it does not govern rollouts.`,
  reads: [AUTOSCALERS],
  readsBesides: gatewayDeployments,
  find(context) {
    const gateways = rolloutsAhead(context).filter(({ role, least }) => role === 'gateway' && least === 0);
    return gateways.map((gateway) => ({
      ref: gateway.ref,
      message: `${refText(gateway.ref)}: ${strategyText(gateway)}: no pod takes traffic while it is rolled out`,
      hint:
        gateway.replicas === 1
          ? `${scaleUp([gateway])}; or set maxUnavailable 0 and maxSurge 1`
          : 'set maxUnavailable 0 and maxSurge 1 in spec.strategy.rollingUpdate',
    }));
  },
};
