import { refText } from '../../../../core/object.ts';
import type { ControlPlanePart } from '../../../../mesh/mesh-status.ts';
import type { Check, CheckContext, Finding } from '../../../../plan/check.ts';
import { isAhead } from '../is-ahead.ts';

/** Proxies that run as `ingress`, a type that Pilot 1.2 does not know (pilot/pkg/model/context.go:119-136@1.1.17 and @1.2.10). */
export const proxyIngress: Check = {
  id: 'proxy-ingress',
  severity: 'blocker',
  docs: 'https://istio.io/v1.2/docs/tasks/traffic-management/ingress/',
  explain: `Until 1.1 a proxy could run as type "ingress" (arguments "proxy ingress"), which served Kubernetes Ingress resources: Deployment istio-ingress of Istio 1.0 and before is one that upgrades leave behind. Pilot 1.2 refuses it with "invalid node type": a running one gets no more configuration, and after a restart it has none at all and serves nothing.
kubectl get deployments --all-namespaces with -o yaml shows "ingress" among the arguments of container istio-proxy. Move what it serves to an ingress gateway (type "router") with Gateways and VirtualServices, or let that gateway serve the Ingress resources, point clients there, and delete the old Deployment before the upgrade. One that is scaled to zero serves nobody and is a note.`,
  find(context) {
    const gateways = context.status?.gateways ?? [];
    return gateways.filter(({ nodeType }) => nodeType === 'ingress').map((gateway) => findingOf(gateway, context));
  },
};

function findingOf({ ref, pods, wanted }: ControlPlanePart, context: CheckContext): Finding {
  const what = `${refText(ref)} runs "proxy ingress", which Pilot 1.2 refuses`;
  if (pods === 0 && wanted === 0)
    return { ref, message: `${what}; it is scaled to zero`, hint: 'delete it', severity: 'note' };
  return {
    ref,
    message: `${what}: it gets no configuration any more, and serves nothing after a restart`,
    hint: 'move what it serves to an ingress gateway ("proxy router"), then delete it',
    severity: isAhead(context) ? 'blocker' : 'warning',
  };
}
