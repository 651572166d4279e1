import { type K8sObject, refOf, refText } from '../../../../core/object.ts';
import type { Check, CheckContext, Finding } from '../../../../plan/check.ts';
import { isGateway, isPruned, lostWorkloads } from './lost-workloads.ts';

/** Gateways of the mesh's release that the target does not have: every key under `gateways` of the values makes one. */
export const gatewaysLost: Check = {
  id: 'gateways-lost',
  severity: 'warning',
  docs: 'https://istio.io/v1.2/docs/reference/config/installation-options/#gateways-options',
  explain: `The chart makes a gateway of every key under gateways in its values: istio-ingressgateway by default, istio-egressgateway and istio-ilbgateway when they are switched on, and any of one's own, in any namespace. A target that was rendered without these values does not have them.
Such a gateway goes on with its proxy of 1.1, which Pilot 1.2 still serves; nobody upgrades it, and with the next upgrade it is two versions behind. With --prune it is deleted, and the traffic through it ends. kubectl get deployments --all-namespaces -l chart=gateways shows the gateways. Render the target with the values that the mesh was installed with; if a gateway is no longer needed, delete it once nothing uses it.`,
  readsBesides: {
    kinds: ['Deployment', 'StatefulSet', 'DaemonSet', 'ReplicaSet'].map((kind) => ({ group: 'apps', kind })),
    select: ({ mesh, status }) =>
      (status?.gateways ?? [])
        .filter(({ ref }) => ref.namespace !== mesh.istioNamespace && ref.group === 'apps')
        .map(({ ref: { group, kind, namespace, name } }) => ({ group, kind, namespace, name })),
  },
  find(context) {
    return lostWorkloads(context)
      .filter(isGateway)
      .map((gateway) => findingOf(gateway, context));
  },
};

function findingOf(gateway: K8sObject, context: CheckContext): Finding {
  const ref = refOf(gateway);
  const pruned = isPruned(gateway, context);
  const fate = pruned ? '--prune deletes it, and its traffic ends' : 'it stays behind with the proxy that it has';
  return {
    ref,
    severity: pruned ? 'blocker' : 'warning',
    message: `${refText(ref)}: the target does not have this gateway: ${fate}`,
    hint: `render the target with gateways.${ref.name}.enabled=true and its other values, or delete it once nothing uses it`,
  };
}
