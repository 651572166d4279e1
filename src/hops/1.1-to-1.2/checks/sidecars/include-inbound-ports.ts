import { refText } from '../../../../core/object.ts';
import { shortList } from '../../../../core/short-list.ts';
import type { Check } from '../../../../plan/check.ts';
import { isInjectedByWebhook } from './injector.ts';

const ANNOTATION = 'traffic.sidecar.istio.io/includeInboundPorts';

/** Workloads whose sidecar takes in every port: 1.2 does it at a listener of its own (files/injection-template.yaml:55-58@1.2.10). */
export const includeInboundPorts: Check = {
  id: 'include-inbound-ports',
  severity: 'note',
  docs: 'https://istio.io/v1.2/docs/setup/kubernetes/additional-setup/requirements/',
  explain: `Annotation traffic.sidecar.istio.io/includeInboundPorts: "*" has the sidecar take in what comes for any port of its pod, and not only for the ports of its containers. Istio 1.2 does that differently: the pod's rules redirect inbound connections to port 15006 instead of 15001, where a listener of its own (virtualInbound) waits, and what comes for a port that belongs to no service is passed on to it. Pods get this with their next start after the upgrade, one by one, so that old and new ones behave differently for a while.
kubectl get pods with -o yaml shows the annotation. Try one such workload on 1.2 before the others: ports that no Service names, health checks among them, are what changes. Pods that use port 15006 themselves cannot go on doing so. Without the annotation nothing changes before 1.3.`,
  find({ status }) {
    const workloads = (status?.workloads ?? []).filter(
      (workload) => workload.inboundPorts?.includes('*') === true && isInjectedByWebhook(workload),
    );
    if (workloads.length === 0) return [];
    const [first, ...others] = workloads;
    return [
      {
        ref: others.length === 0 ? first?.ref : undefined,
        message: `${shortList(workloads.map(({ ref }) => refText(ref)))}: annotation ${ANNOTATION}: "*": new pods take in all ports at 15006, and pass on what no service names`,
        hint: 'try one of them on 1.2 first, with the ports that no Service names',
      },
    ];
  },
};
