import { refText } from '../../../../core/object.ts';
import { shortList } from '../../../../core/short-list.ts';
import type { Check } from '../../../../plan/check.ts';
import { gatewayDeployments } from './parts-elsewhere.ts';
import { rolloutsAhead } from './rollouts-ahead.ts';
import { AUTOSCALERS, scaleUp } from './texts.ts';

/** Gateways with one replica, as far as their rollout leaves no gap. */
export const singleReplicaGateway: Check = {
  id: 'single-replica-gateway',
  severity: 'note',
  docs: 'https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#rolling-update-deployment',
  explain: `A gateway with one replica whose update strategy starts the new pod before it stops the old one is upgraded without a gap for new connections. But connections that are open on the old pod are cut when it ends, and no second pod takes over when its node is drained or lost, or when the new proxy fails after it was ready: all traffic from outside goes through this one pod.
Scale the gateway to two before the upgrade, by minReplicas where it has a HorizontalPodAutoscaler, and drain no nodes meanwhile. A gateway whose strategy does leave a gap is told as gateway-unavailable instead.`,
  reads: [AUTOSCALERS],
  readsBesides: gatewayDeployments,
  find(context) {
    const gateways = rolloutsAhead(context).filter(
      ({ role, replicas, least }) => role === 'gateway' && replicas === 1 && least > 0,
    );
    const [first] = gateways;
    if (first === undefined) return [];
    const names = shortList(gateways.map(({ ref }) => refText(ref)));
    return [
      {
        ref: first.ref,
        message: `one replica only, which is rolled out without a gap, but nobody stands in and open connections are cut: ${names}`,
        hint: scaleUp(gateways),
      },
    ];
  },
};
